import { addressesIn } from '../../shared/applications/addresses.ts';
import { type ApplicationWish, noWish } from '../../shared/applications/fields.ts';
import { newServiceUser } from '../../shared/applications/service-users.ts';
import {
  type Application,
  authMethods,
  consentModes,
  everyScope,
  type GrantType,
  grantTypes,
  idTokenAlgs,
  type ResponseMode,
  responseModes,
  scopeNames,
} from '../../shared/models/application.ts';
import { say } from '../messages/say.ts';
import type { Form } from '../sign-in/form.ts';

/** What the form of an application shows: each field as text, the way it was typed. */
export interface TypedApplication {
  readonly name: string;
  readonly description: string;
  readonly contacts: string;
  readonly client_type: Application['client_type'];
  readonly auth_method: Application['auth_method'];
  readonly jwks: string;
  readonly jwks_uri: string;
  readonly grant_types: readonly GrantType[];
  readonly redirect_uris: string;
  readonly post_logout_redirect_uris: string;
  readonly backchannel_logout_uri: string;
  readonly consent: Application['consent'];
  readonly access_token_minutes: string;
  readonly refresh_token_days: string;
  readonly id_token_alg: Application['id_token_alg'];
  readonly response_modes: readonly ResponseMode[];
  readonly require_par: boolean;
  readonly require_dpop: boolean;
  /** Whether it may ask for every scope, also those that come later. */
  readonly every_scope: boolean;
  readonly scopes: readonly string[];
  /** An id, {@link newServiceUser}, or nothing. */
  readonly service_user: string;
}

/** What the form shows for an application that exists, or for a new one. */
export function typedFrom(application: Application | null): TypedApplication {
  const from = application ?? noWish;
  const every = from.allowed_scopes.includes(everyScope);
  const minutes = from.access_token_seconds === null ? '' : String(from.access_token_seconds / 60);
  return {
    name: from.name,
    description: from.description,
    contacts: from.contacts.join('\n'),
    client_type: from.client_type,
    auth_method: from.auth_method,
    jwks: from.jwks ? JSON.stringify(from.jwks, null, 2) : '',
    jwks_uri: from.jwks_uri ?? '',
    grant_types: from.grant_types,
    redirect_uris: from.redirect_uris.join('\n'),
    post_logout_redirect_uris: from.post_logout_redirect_uris.join('\n'),
    backchannel_logout_uri: from.backchannel_logout_uri ?? '',
    consent: from.consent,
    access_token_minutes: minutes,
    refresh_token_days: from.refresh_token_days === null ? '' : String(from.refresh_token_days),
    id_token_alg: from.id_token_alg,
    response_modes: from.response_modes,
    require_par: from.require_par,
    require_dpop: from.require_dpop,
    every_scope: every,
    scopes: every ? [] : from.allowed_scopes,
    service_user: application?.service_user_id ? String(application.service_user_id) : '',
  };
}

/** Reads the form. `fixedType`: the client type of an application that exists, which cannot change. */
export function readTyped(form: Form, fixedType?: Application['client_type']): TypedApplication {
  const asked = form.all('grant_types');
  return {
    name: form.text('name'),
    description: form.text('description'),
    contacts: form.raw('contacts'),
    client_type: fixedType ?? (form.raw('client_type') === 'confidential' ? 'confidential' : 'public'),
    auth_method: oneOf(Object.keys(authMethods) as Application['auth_method'][], form.raw('auth_method')),
    jwks: form.text('jwks'),
    jwks_uri: form.text('jwks_uri'),
    grant_types: (Object.keys(grantTypes) as GrantType[]).filter((grant) => asked.includes(grant)),
    redirect_uris: form.raw('redirect_uris'),
    post_logout_redirect_uris: form.raw('post_logout_redirect_uris'),
    backchannel_logout_uri: form.text('backchannel_logout_uri'),
    consent: oneOf(['once', ...(Object.keys(consentModes) as Application['consent'][])], form.raw('consent')),
    access_token_minutes: form.text('access_token_minutes'),
    refresh_token_days: form.text('refresh_token_days'),
    id_token_alg: oneOf(idTokenAlgs, form.raw('id_token_alg')),
    response_modes: (Object.keys(responseModes) as ResponseMode[]).filter((mode) =>
      form.all('response_modes').includes(mode),
    ),
    require_par: form.raw('require_par') === 'yes',
    require_dpop: form.raw('require_dpop') === 'yes',
    every_scope: form.raw('every_scope') === 'yes',
    scopes: scopeNames.filter((scope) => form.all('scopes').includes(scope)),
    service_user: form.raw('service_user'),
  };
}

/** The first of several words unless another of them was chosen. */
const oneOf = <Word extends string>(words: readonly Word[], chosen: string): Word =>
  words.find((word) => word === chosen) ?? (words[0] as Word);

/** What was typed, as what it means; numbers and keys that are none come out so that the rules refuse them. */
export function wishFrom(typed: TypedApplication): ApplicationWish {
  const minutes = numberIn(typed.access_token_minutes);
  return {
    name: typed.name,
    description: typed.description,
    contacts: addressesIn(typed.contacts),
    client_type: typed.client_type,
    auth_method: typed.client_type === 'public' ? 'client_secret' : typed.auth_method,
    jwks: typed.jwks === '' ? null : jsonIn(typed.jwks),
    jwks_uri: typed.jwks_uri || null,
    grant_types: [...typed.grant_types],
    redirect_uris: addressesIn(typed.redirect_uris),
    post_logout_redirect_uris: addressesIn(typed.post_logout_redirect_uris),
    backchannel_logout_uri: typed.backchannel_logout_uri || null,
    consent: typed.consent,
    access_token_seconds: minutes === null ? null : minutes * 60,
    refresh_token_days: numberIn(typed.refresh_token_days),
    id_token_alg: typed.id_token_alg,
    response_modes: [...typed.response_modes],
    require_par: typed.require_par,
    require_dpop: typed.require_dpop,
    allowed_scopes: typed.every_scope ? [everyScope] : [...typed.scopes],
    service_user: serviceUserIn(typed.service_user),
  };
}

const numberIn = (text: string): number | null => (text === '' ? null : /^\d{1,6}$/.test(text) ? Number(text) : -1);

function jsonIn(text: string): ApplicationWish['jwks'] {
  try {
    return JSON.parse(text) as ApplicationWish['jwks'];
  } catch {
    return { keys: [] };
  }
}

function serviceUserIn(text: string): ApplicationWish['service_user'] {
  if (text === '') return null;
  if (text === newServiceUser) return newServiceUser;
  return /^\d{1,9}$/.test(text) ? Number(text) : 0;
}

/** What is wrong, by the names of the form. */
export const byFormName = (errors: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(errors).map(([field, text]) =>
      field === 'access_token_seconds'
        ? ['access_token_minutes', say('application-fields.outside', { least: 1, most: 1440 })]
        : [field, text],
    ),
  );
