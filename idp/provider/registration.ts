import type { Knex } from 'knex';
import type Koa from 'koa';
import Provider, { type AdapterPayload, errors } from 'oidc-provider';
import { changeApplication, deleteApplication, registerApplication } from '../../shared/applications/commands.ts';
import { type ApplicationWish, wrongWith } from '../../shared/applications/fields.ts';
import type { Actor } from '../../shared/audit.ts';
import type { Config } from '../../shared/config.ts';
import { sha256 } from '../../shared/identity/secrets.ts';
import { defaultLanguage, inLanguage } from '../../shared/messages/language.ts';
import {
  Application,
  type GrantType,
  type ResponseMode,
  scopeNames,
  scopesAllowedTo,
} from '../../shared/models/application.ts';
import { findClient } from './clients.ts';
import { routes } from './paths.ts';
import { isStorable } from './storable.ts';

/** How applications may register themselves. */
export type Registration = Config['clientRegistration'];

/** What an application that registers itself may ask for: with a superuser's token anything but everything, else reading. */
const withToken = scopeNames.filter((scope) => !scope.startsWith('a:'));
const openly = ['openid', 'profile', 'email', 'offline_access', 'g:read'];

/** Ways to get tokens that take somebody who decides whom the application acts as. */
const grants: readonly GrantType[] = [
  'authorization_code',
  'refresh_token',
  'urn:ietf:params:oauth:grant-type:device_code',
];

/** Registrations in one hour, by anybody, before there have to be fewer. */
const mostInAnHour = 100;

/** Metadata as an application sent it; what is not named here is not kept (RFC 7591 §2). */
function wishFrom(sent: AdapterPayload, registration: Registration): ApplicationWish {
  if (!isStorable(sent)) throw new errors.InvalidClientMetadata('a value holds NUL or half of a character');
  const asked = sent.grant_types ?? ['authorization_code'];
  const unknown = asked.find((grant) => !(grants as readonly string[]).includes(grant));
  if (unknown)
    throw new errors.InvalidClientMetadata(`grant_types: ${unknown} is not for applications that register themselves`);
  const may = registration === 'open' ? openly : withToken;
  const scopes = (sent.scope ?? openly.join(' ')).split(' ').filter((scope) => may.includes(scope));
  const method = sent.token_endpoint_auth_method;
  return {
    name: sent.client_name ?? 'Application without a name',
    description: '',
    contacts: [...(sent.contacts ?? [])],
    client_type: method === 'none' ? 'public' : 'confidential',
    auth_method: method === 'private_key_jwt' ? 'private_key_jwt' : 'client_secret',
    jwks: (sent.jwks as ApplicationWish['jwks'] | undefined) ?? null,
    jwks_uri: sent.jwks_uri ?? null,
    grant_types: asked as GrantType[],
    redirect_uris: [...(sent.redirect_uris ?? [])],
    post_logout_redirect_uris: [...(sent.post_logout_redirect_uris ?? [])],
    backchannel_logout_uri: sent.backchannel_logout_uri ?? null,
    allowed_scopes: scopes,
    consent: 'once',
    id_token_alg: sent.id_token_signed_response_alg === 'ES256' ? 'ES256' : 'RS256',
    access_token_seconds: null,
    refresh_token_days: null,
    response_modes: (sent.response_modes as ResponseMode[] | undefined) ?? ['query', 'form_post'],
    require_par: sent.require_pushed_authorization_requests === true,
    require_dpop: sent.dpop_bound_access_tokens === true,
    service_user: null,
  };
}

/** The words of RFC 7591 for the fields that have others here. */
const metadataNames: Readonly<Record<string, string>> = {
  name: 'client_name',
  scopes: 'scope',
  auth_method: 'token_endpoint_auth_method',
};

function refuseWrong(wish: ApplicationWish): void {
  // For programs, and RFC 6749 §5.2 wants ASCII.
  const [wrong] = Object.entries(inLanguage(defaultLanguage, () => wrongWith(wish)));
  if (!wrong) return;
  const [field, sentence] = wrong;
  const text = `${metadataNames[field] ?? field}: ${sentence}`;
  throw field === 'redirect_uris' ? new errors.InvalidRedirectUri(text) : new errors.InvalidClientMetadata(text);
}

/** Keeps an application that registers itself, or what it changed of itself. */
export async function storeRegistered(db: Knex, sent: AdapterPayload, registration: Registration): Promise<void> {
  const clientId = String(sent.client_id);
  const wish = wishFrom(sent, registration);
  const before = await Application.query(db).findOne({ client_id: clientId });
  const actor = itself(clientId);
  if (!before) {
    refuseWrong(wish);
    await refuseFlood(db);
    await useToken(db);
    const secretHash = typeof sent.client_secret === 'string' ? sha256(sent.client_secret) : null;
    await registerApplication(db, wish, actor, { client_id: clientId, secretHash });
    return;
  }
  if (wish.client_type !== before.client_type || wish.auth_method !== before.auth_method) {
    throw new errors.InvalidClientMetadata('token_endpoint_auth_method can not be changed');
  }
  const changed = withinDecided(wish, before, sent);
  refuseWrong(changed);
  await changeApplication(db, { id: before.id, wish: changed, seen: null }, actor);
}

/**
 * What an application may make of itself: a superuser may have decided about it since. That stays, it gains nothing by
 * itself, and a safeguard that it is bound to holds.
 */
function withinDecided(
  wish: ApplicationWish,
  before: Application,
  { response_modes }: AdapterPayload,
): ApplicationWish {
  const { description, consent, access_token_seconds, refresh_token_days } = before;
  const scopes = scopesAllowedTo(before);
  return {
    ...wish,
    ...{ description, consent, access_token_seconds, refresh_token_days, service_user: before.service_user_id },
    // People are not asked about one that is trusted: its codes go nowhere else than when it was.
    redirect_uris: wish.redirect_uris.filter((uri) => consent !== 'trusted' || before.redirect_uris.includes(uri)),
    allowed_scopes: wish.allowed_scopes.filter((scope) => scopes.includes(scope)),
    grant_types: before.grant_types.filter((grant) => wish.grant_types.includes(grant) || !grants.includes(grant)),
    response_modes: response_modes
      ? wish.response_modes.filter((mode) => before.response_modes.includes(mode))
      : before.response_modes,
    require_par: wish.require_par || before.require_par,
    require_dpop: wish.require_dpop || before.require_dpop,
  };
}

/** One application a token: of any number that come with it at once, one gets through. */
async function useToken(db: Knex): Promise<void> {
  const token = Provider.ctx?.oidc.entities.InitialAccessToken;
  if (!token) return;
  const which = { kind: 'InitialAccessToken', id_hash: sha256(token.jti) };
  const used = await db('oidc_artifacts').where(which).delete();
  if (used !== 1) throw new errors.InvalidToken('the registration token was used before');
}

/** Deletes an application that says so itself. */
export async function dropRegistered(db: Knex, clientId: string): Promise<void> {
  const application = await Application.query(db).findOne({ client_id: clientId });
  if (application) await deleteApplication(db, application, itself(clientId));
}

const itself = (clientId: string): Actor => ({
  person: null,
  proof: 'anonymous',
  application: clientId,
  tokenId: null,
  address: Provider.ctx?.ip ?? null,
});

async function refuseFlood(db: Knex): Promise<void> {
  const [row] = await db('applications')
    .where({ self_registered: true })
    .whereRaw(`created_at > now() - interval '1 hour'`)
    .count({ count: '*' });
  if (Number(row?.count) >= mostInAnHour)
    throw new errors.TemporarilyUnavailable('too many registrations; try again later');
}

/** Metadata that a registered application reads of itself, of what the provider knows of it. */
const told = [
  'client_id',
  'client_name',
  'application_type',
  'grant_types',
  'response_types',
  'response_modes',
  'redirect_uris',
  'post_logout_redirect_uris',
  'scope',
  'contacts',
  'token_endpoint_auth_method',
  'jwks',
  'jwks_uri',
  'id_token_signed_response_alg',
  'backchannel_logout_uri',
  'require_pushed_authorization_requests',
  'dpop_bound_access_tokens',
] as const;

interface Answer {
  readonly client_id?: string;
  readonly client_secret?: string;
  readonly registration_client_uri?: string;
  readonly registration_access_token?: string;
}

/** Answers a registration with what was kept of it (RFC 7591 §3.2.1): a server may keep less than was sent. */
export function registrationAnswers(knex: Knex, config: Config): Koa.Middleware {
  return async (ctx, next) => {
    await next();
    if (!ctx.path.startsWith(routes.registration) || ctx.status >= 300 || !ctx.body) return;
    const { client_id, client_secret, registration_client_uri, registration_access_token } = ctx.body as Answer;
    const kept = client_id === undefined ? undefined : (await findClient(knex, client_id, config))?.metadata;
    if (!kept) return;
    const isNew = ctx.status === 201 && kept.client_secret !== undefined;
    ctx.body = {
      ...Object.fromEntries(told.flatMap((name) => (kept[name] === undefined ? [] : [[name, kept[name]]]))),
      ...(isNew && { client_secret, client_secret_expires_at: 0 }),
      registration_client_uri,
      registration_access_token,
    };
  };
}
