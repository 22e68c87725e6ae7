import { say } from '../messages/say.ts';
import { type Application, type GrantType, responseModes } from '../models/application.ts';
import { isPrivateScheme, problemWithAddress, problemWithMixture, problemWithOwnAddress } from './addresses.ts';
import { problemWithKeys } from './client-keys.ts';
import type { ServiceUserWish } from './service-users.ts';

/** What of an application people set, beside its service user. */
export type StoredFields = Pick<
  Application,
  | 'name'
  | 'description'
  | 'client_type'
  | 'grant_types'
  | 'redirect_uris'
  | 'post_logout_redirect_uris'
  | 'allowed_scopes'
  | 'auth_method'
  | 'jwks'
  | 'jwks_uri'
  | 'id_token_alg'
  | 'access_token_seconds'
  | 'refresh_token_days'
  | 'consent'
  | 'backchannel_logout_uri'
  | 'contacts'
  | 'response_modes'
  | 'require_par'
  | 'require_dpop'
>;

/** An application as somebody wants it to be. */
export type ApplicationWish = StoredFields & { readonly service_user: ServiceUserWish };

/** An application that nobody has said anything about: the usual web or installed one. */
export const noWish: ApplicationWish = {
  name: '',
  description: '',
  client_type: 'public',
  grant_types: ['authorization_code', 'refresh_token'],
  redirect_uris: [],
  post_logout_redirect_uris: [],
  allowed_scopes: ['openid', 'profile', 'offline_access', 'g:read'],
  auth_method: 'client_secret',
  jwks: null,
  jwks_uri: null,
  id_token_alg: 'RS256',
  access_token_seconds: null,
  refresh_token_days: null,
  consent: 'once',
  backchannel_logout_uri: null,
  contacts: [],
  response_modes: ['query', 'form_post'],
  require_par: false,
  require_dpop: false,
  service_user: null,
};

const fieldNames = Object.keys(noWish).filter((name) => name !== 'service_user') as (keyof StoredFields)[];

/** What of a wish is stored in columns of the same names. */
export const storedFields = (wish: StoredFields): StoredFields =>
  Object.fromEntries(fieldNames.map((name) => [name, wish[name]])) as unknown as StoredFields;

/** What is wrong with a wish, by field, in the order of the form; nothing when it can be stored. */
export function wrongWith(wish: ApplicationWish): Record<string, string> {
  const byField: Record<string, string | null> = {
    name: wish.name === '' ? say('application-fields.no-name') : tooLong(wish.name, 255),
    description: tooLong(wish.description, 2000),
    contacts: problemWithContacts(wish.contacts),
    ...problemsWithProof(wish),
    grant_types: problemWithGrants(wish),
    redirect_uris: problemWithRedirects(wish),
    post_logout_redirect_uris: problemWithAddresses(wish.post_logout_redirect_uris, wish),
    backchannel_logout_uri:
      wish.backchannel_logout_uri === null ? null : problemWithOwnAddress(wish.backchannel_logout_uri),
    response_modes: problemWithResponseModes(wish),
    consent: problemWithConsent(wish),
    access_token_seconds: outside(wish.access_token_seconds, 60, 86_400),
    refresh_token_days: outside(wish.refresh_token_days, 1, 365),
    service_user: problemWithServiceUser(wish),
    scopes: wish.allowed_scopes.length === 0 ? say('application-fields.no-scope') : null,
  };
  return Object.fromEntries(Object.entries(byField).filter((entry): entry is [string, string] => entry[1] !== null));
}

const tooLong = (text: string, most: number) =>
  text.length > most ? say('application-fields.too-long', { most }) : null;

const outside = (value: number | null, least: number, most: number) =>
  value === null || (Number.isInteger(value) && value >= least && value <= most)
    ? null
    : say('application-fields.outside', { least, most });

const mailAddress = /^[^\s@<>,;"]{1,64}@[^\s@<>,;"]{1,200}$/;

function problemWithContacts(contacts: readonly string[]): string | null {
  if (contacts.length > 10) return say('application-fields.contacts');
  const wrong = contacts.find((contact) => !mailAddress.test(contact));
  return wrong === undefined ? null : say('application-fields.no-mail-address', { contact: wrong.slice(0, 80) });
}

/** Keys of its own take a place that they are read from, and are of use to confidential applications only. */
function problemsWithProof(wish: ApplicationWish): Record<string, string | null> {
  const byKey = wish.auth_method === 'private_key_jwt';
  if (byKey && wish.client_type === 'public') return { auth_method: say('application-fields.only-confidential') };
  if (wish.jwks && wish.jwks_uri) return { jwks_uri: say('application-fields.not-both') };
  if (byKey && !wish.jwks && !wish.jwks_uri) return { jwks: say('application-fields.no-keys') };
  return {
    jwks: wish.jwks ? problemWithKeys(wish.jwks) : null,
    jwks_uri: wish.jwks_uri ? problemWithOwnAddress(wish.jwks_uri) : null,
  };
}

const tokenExchange = 'urn:ietf:params:oauth:grant-type:token-exchange';

function problemWithGrants({
  grant_types: grants,
  client_type: type,
  require_dpop: dpop,
}: ApplicationWish): string | null {
  if (grants.length === 0) return say('application-fields.no-grant');
  if (type === 'public' && grants.includes('client_credentials')) {
    return say('application-fields.public-itself');
  }
  if (type === 'public' && grants.includes(tokenExchange)) {
    return say('application-fields.public-exchange');
  }
  if (dpop && grants.includes(tokenExchange)) return say('application-fields.exchange-dpop');
  if (grants.includes('refresh_token') && !grants.some((grant) => signsPeopleIn.has(grant))) {
    return say('application-fields.refresh-alone');
  }
  return null;
}

const signsPeopleIn: ReadonlySet<GrantType> = new Set([
  'authorization_code',
  'urn:ietf:params:oauth:grant-type:device_code',
]);

function problemWithRedirects(wish: ApplicationWish): string | null {
  const { grant_types: grants, redirect_uris: addresses } = wish;
  if (grants.includes('authorization_code') && addresses.length === 0) {
    return say('application-fields.no-redirect');
  }
  if (!grants.includes('authorization_code') && addresses.length > 0) {
    return say('application-fields.needless-redirect');
  }
  return problemWithAddresses(addresses, wish);
}

function problemWithResponseModes({ grant_types: grants, response_modes: modes }: ApplicationWish): string | null {
  const unknown = modes.find((mode) => !Object.hasOwn(responseModes, mode));
  if (unknown !== undefined) return say('application-fields.response-mode', { mode: String(unknown).slice(0, 40) });
  return modes.length === 0 && grants.includes('authorization_code')
    ? say('application-fields.no-response-mode')
    : null;
}

function problemWithAddresses(addresses: readonly string[], { client_type: type }: ApplicationWish): string | null {
  if (addresses.length > 50) return say('application-fields.addresses');
  for (const address of addresses) {
    const problem = problemWithAddress(address);
    if (problem) return problem;
    if (type === 'confidential' && isPrivateScheme(address)) {
      return say('application-fields.public-scheme', { address });
    }
  }
  return problemWithMixture(addresses);
}

/** Another program on the same machine can speak with an installed one's client id (RFC 8252 §8.6). */
function problemWithConsent({ consent, redirect_uris: addresses }: ApplicationWish): string | null {
  if (consent !== 'trusted' || addresses.every((address) => address.startsWith('https:'))) return null;
  return say('application-fields.trusted-https');
}

function problemWithServiceUser({ grant_types: grants, service_user: user }: ApplicationWish): string | null {
  if (!grants.includes('client_credentials')) return null;
  return user === null ? say('application-fields.no-service-user') : null;
}
