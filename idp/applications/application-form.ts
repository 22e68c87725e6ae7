import {
  type Application,
  everyScope,
  type GrantType,
  grantTypes,
  scopeNames,
} from '../../shared/models/application.ts';
import type { Form } from '../sign-in/form.ts';
import { addressesIn, isPrivateScheme, problemWithAddress, problemWithMixture } from './redirect-uris.ts';

/** In `service_user`: make a new one for this application. */
export const newServiceUser = 'new';

/** An application as its form says it, still as it was typed. */
export interface ApplicationWish {
  readonly name: string;
  readonly description: string;
  readonly client_type: Application['client_type'];
  readonly grant_types: readonly GrantType[];
  readonly redirect_uris: string;
  readonly post_logout_redirect_uris: string;
  /** Whether it may ask for every scope, also those that come later. */
  readonly every_scope: boolean;
  readonly scopes: readonly string[];
  /** An id, {@link newServiceUser}, or nothing. */
  readonly service_user: string;
}

/** What can be stored of a wish, beside its service user. */
export type ApplicationFields = Pick<
  Application,
  | 'name'
  | 'description'
  | 'client_type'
  | 'grant_types'
  | 'redirect_uris'
  | 'post_logout_redirect_uris'
  | 'allowed_scopes'
>;

/** The form before anything was typed: the usual web or installed application. */
export const noWish: ApplicationWish = {
  name: '',
  description: '',
  client_type: 'public',
  grant_types: ['authorization_code', 'refresh_token'],
  redirect_uris: '',
  post_logout_redirect_uris: '',
  every_scope: false,
  scopes: ['openid', 'profile', 'offline_access', 'g:read'],
  service_user: '',
};

/** What the form shows for an application that exists. */
export function wishFrom(application: Application): ApplicationWish {
  const every = application.allowed_scopes.includes(everyScope);
  return {
    name: application.name,
    description: application.description,
    client_type: application.client_type,
    grant_types: application.grant_types,
    redirect_uris: application.redirect_uris.join('\n'),
    post_logout_redirect_uris: application.post_logout_redirect_uris.join('\n'),
    every_scope: every,
    scopes: every ? [] : application.allowed_scopes,
    service_user: application.service_user_id === null ? '' : String(application.service_user_id),
  };
}

/** Reads the form. `fixedType`: the client type of an application that exists, which cannot change. */
export function readWish(form: Form, fixedType?: Application['client_type']): ApplicationWish {
  const asked = form.all('grant_types');
  return {
    name: form.text('name'),
    description: form.text('description'),
    client_type: fixedType ?? (form.raw('client_type') === 'confidential' ? 'confidential' : 'public'),
    grant_types: (Object.keys(grantTypes) as GrantType[]).filter((grant) => asked.includes(grant)),
    redirect_uris: form.raw('redirect_uris'),
    post_logout_redirect_uris: form.raw('post_logout_redirect_uris'),
    every_scope: form.raw('every_scope') === 'yes',
    scopes: scopeNames.filter((scope) => form.all('scopes').includes(scope)),
    service_user: form.raw('service_user'),
  };
}

/** The fields to store for a wish that nothing is wrong with. */
export function fieldsOf(wish: ApplicationWish): ApplicationFields {
  return {
    name: wish.name,
    description: wish.description,
    client_type: wish.client_type,
    grant_types: [...wish.grant_types],
    redirect_uris: addressesIn(wish.redirect_uris),
    post_logout_redirect_uris: addressesIn(wish.post_logout_redirect_uris),
    allowed_scopes: wish.every_scope ? [everyScope] : [...wish.scopes],
  };
}

/** What is wrong with a wish, by field, in the order of the form; nothing when it can be stored. */
export function wrongWith(wish: ApplicationWish): Record<string, string> {
  const fields = fieldsOf(wish);
  const byField: Record<string, string | null> = {
    name: wish.name === '' ? 'Give it a name.' : tooLong(wish.name, 255),
    description: tooLong(wish.description, 2000),
    grant_types: problemWithGrants(fields),
    redirect_uris: problemWithRedirects(fields),
    post_logout_redirect_uris: problemWithAddresses(fields.post_logout_redirect_uris, fields),
    service_user: problemWithServiceUser(wish),
    scopes: fields.allowed_scopes.length === 0 ? 'Tick at least one scope.' : null,
  };
  return Object.fromEntries(Object.entries(byField).filter((entry): entry is [string, string] => entry[1] !== null));
}

const tooLong = (text: string, most: number) => (text.length > most ? `Use at most ${most} characters.` : null);

function problemWithGrants({ grant_types: grants, client_type: type }: ApplicationFields): string | null {
  if (grants.length === 0) return 'Tick at least one way to get a token.';
  if (type === 'public' && grants.includes('client_credentials')) {
    return 'A public application cannot act for itself: it cannot keep the secret that this takes.';
  }
  if (grants.includes('refresh_token') && !grants.some((grant) => signsPeopleIn.has(grant))) {
    return 'Staying connected takes a person who connected it: tick authorization code or device code too.';
  }
  return null;
}

const signsPeopleIn: ReadonlySet<GrantType> = new Set([
  'authorization_code',
  'urn:ietf:params:oauth:grant-type:device_code',
]);

function problemWithRedirects(fields: ApplicationFields): string | null {
  const { grant_types: grants, redirect_uris: addresses } = fields;
  if (grants.includes('authorization_code') && addresses.length === 0) {
    return 'Name at least one address to go back to.';
  }
  if (!grants.includes('authorization_code') && addresses.length > 0) {
    return 'Only the authorization code goes to an address. Tick it, or leave this empty.';
  }
  return problemWithAddresses(addresses, fields);
}

function problemWithAddresses(addresses: readonly string[], { client_type: type }: ApplicationFields): string | null {
  if (addresses.length > 50) return 'Name at most 50 addresses.';
  for (const address of addresses) {
    const problem = problemWithAddress(address);
    if (problem) return problem;
    if (type === 'confidential' && isPrivateScheme(address)) {
      return `${address}: only public applications have a scheme of their own`;
    }
  }
  return problemWithMixture(addresses);
}

function problemWithServiceUser({ grant_types: grants, service_user: user }: ApplicationWish): string | null {
  if (!grants.includes('client_credentials')) return null;
  return user === '' ? 'Choose whom it acts as when it acts for itself.' : null;
}
