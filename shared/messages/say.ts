import { type Role, roleNames, roles } from '../access/roles.ts';
import { generalScopes, identityScopes } from '../access/scopes.ts';
import { type MfaLevel, mfaLevels } from '../identity/mfa-policy.ts';
import {
  type AuthMethod,
  authMethods,
  type ConsentMode,
  consentModes,
  type GrantType,
  grantTypes,
  type ResponseMode,
  responseModes,
} from '../models/application.ts';
import { type PeopleKind, peopleKinds } from '../people/find.ts';
import type applicationFields from './en/application-fields.json';
import type errors from './en/errors.json';
import type frame from './en/frame.json';
import type letters from './en/letters.json';
import type passwords from './en/passwords.json';
import type personFields from './en/person-fields.json';
import type rights from './en/rights.json';
import { readMessages, speakerOf } from './speaker.ts';

/** The keys of areas, each named after its file. */
export type KeysOf<Areas> = { [A in keyof Areas & string]: `${A}.${keyof Areas[A] & string}` }[keyof Areas & string];

type Declared =
  | `roles.${Role}`
  | `role-labels.${Role}`
  | `scopes.${keyof typeof identityScopes | keyof typeof generalScopes}`
  | `grants.${GrantType}`
  | `proofs.${AuthMethod}`
  | `consent-modes.${ConsentMode}`
  | `response-modes.${ResponseMode}`
  | `mfa-levels.${MfaLevel}`
  | `people-kinds.${PeopleKind}`;

/** What any part of the house can say. */
export type SharedKey =
  | Declared
  | KeysOf<{
      'application-fields': typeof applicationFields;
      errors: typeof errors;
      frame: typeof frame;
      letters: typeof letters;
      passwords: typeof passwords;
      'person-fields': typeof personFields;
      rights: typeof rights;
    }>;

const wordsOfRoles = (word: 'covers' | 'label') =>
  Object.fromEntries(roleNames.map((role) => [role, roles[role][word]]));

export const sharedMessages = readMessages(import.meta.dirname, {
  roles: wordsOfRoles('covers'),
  'role-labels': wordsOfRoles('label'),
  scopes: { ...identityScopes, ...generalScopes },
  grants: grantTypes,
  proofs: authMethods,
  'consent-modes': consentModes,
  'response-modes': responseModes,
  'mfa-levels': mfaLevels,
  'people-kinds': peopleKinds,
});

export const { say, rich } = speakerOf<SharedKey>(sharedMessages);
