import type { Knex } from 'knex';
import type Provider from 'oidc-provider';
import type { AdapterPayload, Client } from 'oidc-provider';
import type { StoredFields } from '../../shared/applications/fields.ts';
import type { Config } from '../../shared/config.ts';
import { randomSecret, sameSecret, sha256 } from '../../shared/identity/secrets.ts';
import { type Application, type ConsentMode, scopesAllowedTo } from '../../shared/models/application.ts';
import { prepared } from './prepared.ts';

/** Whom an application acts as when it acts for itself. */
export interface ServiceUser {
  readonly id: number;
  readonly username: string;
}

/** Metadata of ours beside that of OpenID Connect Registration. */
export const ownMetadata = [
  'description',
  'secret_hashes',
  'service_user',
  'consent_mode',
  'access_token_seconds',
  'refresh_token_days',
  'has_logo',
  'self_registered',
  'limits',
] as const;

type Row = StoredFields &
  Pick<Application, 'client_id' | 'self_registered'> & {
    has_logo: boolean;
    service_user_id: number | null;
    service_username: string | null;
    secret_hashes: string[];
    version: number;
    limits: number;
    /** Seconds until one of the secrets ends; null: none does. */
    good_for: number | null;
  };

const clientById = prepared<Row>(
  'client_by_id',
  `SELECT a.client_id, a.name, a.description, a.client_type, a.grant_types, a.redirect_uris,
         a.post_logout_redirect_uris, a.allowed_scopes, a.auth_method, a.jwks, a.jwks_uri, a.id_token_alg,
         a.access_token_seconds, a.refresh_token_days, a.consent, a.backchannel_logout_uri, a.contacts,
         a.response_modes, a.require_par, a.require_dpop, a.self_registered, a.logo IS NOT NULL AS has_logo,
         a.version, a.limits, u.id AS service_user_id, u.username AS service_username,
         ARRAY(SELECT encode(s.secret_hash, 'hex') FROM application_secrets s
                WHERE s.application_id = a.id AND (s.expires_at IS NULL OR s.expires_at > now()) ORDER BY s.id) AS secret_hashes,
         (SELECT extract(epoch FROM min(s.expires_at) - now())::float8 FROM application_secrets s
           WHERE s.application_id = a.id AND s.expires_at > now()) AS good_for
    FROM applications a LEFT JOIN users u ON u.id = a.service_user_id AND u.is_active
   WHERE a.client_id = ? AND a.enabled`,
);

/** What the installation asks of every application. */
type AskedEverywhere = Pick<Config, 'requirePar' | 'requireDpop'>;

/** An enabled application as the provider knows it. */
export interface KnownClient {
  /** Its keys always in one order: the library remembers clients by their print. */
  readonly metadata: AdapterPayload;
  /** Another one when anything about it is. */
  readonly version: number;
  /** Until when its secrets are these, by the monotonic clock. */
  readonly goodUntil: number;
}

export async function findClient(
  db: Knex,
  clientId: string,
  everywhere: AskedEverywhere,
): Promise<KnownClient | undefined> {
  // PostgreSQL's text cannot hold NUL, and no client id is that long.
  if (clientId.includes('\0') || clientId.length > 100) return undefined;
  const asked = performance.now();
  const [row] = (await clientById(db, [clientId])).rows;
  return (
    row && {
      metadata: metadataOf(row, everywhere),
      version: row.version,
      goodUntil: asked + (row.good_for ?? Number.POSITIVE_INFINITY) * 1000,
    }
  );
}

const versions = prepared<{ version: number | null }>(
  'client_versions',
  `SELECT (SELECT version FROM applications a WHERE a.client_id = w.client_id AND enabled) AS version
     FROM unnest(?::text[]) WITH ORDINALITY AS w (client_id, n) ORDER BY n`,
);

/** The versions of several enabled applications, in the order of asking; null for what is none. */
export async function versionsOf(db: Knex, clientIds: readonly string[]): Promise<(number | null)[]> {
  return (await versions(db, [[...clientIds]])).rows.map(({ version }) => version);
}

function metadataOf(row: Row, { requirePar, requireDpop }: AskedEverywhere): AdapterPayload {
  const confidential = row.client_type === 'confidential';
  const byKey = confidential && row.auth_method === 'private_key_jwt';
  const bySecret = confidential && !byKey;
  return {
    client_id: row.client_id,
    client_name: row.name,
    description: row.description,
    application_type: [...row.redirect_uris, ...row.post_logout_redirect_uris].every(isHttps) ? 'web' : 'native',
    grant_types: row.grant_types.filter((grant) => confidential || !takesProof.has(grant)),
    response_types: row.grant_types.includes('authorization_code') ? ['code'] : [],
    response_modes: row.response_modes,
    redirect_uris: row.redirect_uris,
    post_logout_redirect_uris: row.post_logout_redirect_uris,
    scope: scopesAllowedTo(row).join(' '),
    token_endpoint_auth_method: byKey ? 'private_key_jwt' : bySecret ? 'client_secret_basic' : 'none',
    ...(bySecret && { client_secret: neverCompared }),
    ...(row.jwks && { jwks: row.jwks }),
    ...(row.jwks_uri && { jwks_uri: row.jwks_uri }),
    id_token_signed_response_alg: row.id_token_alg,
    contacts: row.contacts,
    require_pushed_authorization_requests: row.require_par || requirePar === 'yes',
    dpop_bound_access_tokens: row.require_dpop || requireDpop === 'yes',
    ...(row.backchannel_logout_uri && {
      backchannel_logout_uri: row.backchannel_logout_uri,
      backchannel_logout_session_required: true,
    }),
    secret_hashes: bySecret ? row.secret_hashes : [],
    consent_mode: row.consent,
    access_token_seconds: row.access_token_seconds,
    refresh_token_days: row.refresh_token_days,
    has_logo: row.has_logo,
    self_registered: row.self_registered,
    limits: row.limits,
    service_user:
      confidential && row.service_user_id !== null ? { id: row.service_user_id, username: row.service_username } : null,
  };
}

/** Only who proves itself may get tokens in these ways. */
const takesProof: ReadonlySet<string> = new Set([
  'client_credentials',
  'urn:ietf:params:oauth:grant-type:token-exchange',
]);

/** The library wants a secret for each confidential client; {@link useHashedSecrets} sees to it that nothing is compared with it. */
const neverCompared = randomSecret();

const isHttps = (uri: string): boolean => uri.startsWith('https://');

/** Makes the provider compare a presented client secret with all hashes of the application, in constant time. */
export function useHashedSecrets(provider: Provider): void {
  provider.Client.prototype.compareClientSecret = function compareWithHashes(this: Client, presented: string) {
    const hash = sha256(presented);
    let found = false;
    for (const stored of this.secret_hashes as readonly string[]) {
      if (sameSecret(Buffer.from(stored, 'hex'), hash)) found = true;
    }
    return found;
  };
}

/** Seconds that access tokens of a client live; null: as everywhere. */
export const accessTokenSecondsOf = (client: Client | undefined): number | null =>
  (client?.access_token_seconds as number | null | undefined) ?? null;

/** Days that refresh tokens of a client live when they are not used; null: as everywhere. */
export const refreshTokenDaysOf = (client: Client | undefined): number | null =>
  (client?.refresh_token_days as number | null | undefined) ?? null;

/** What a client was limited to when it was read: another number when it may ask for other tokens. */
export const limitsOf = (client: Client): number => client.limits as number;

/** When people are asked whether a client may act for them. */
export const consentModeOf = (client: Client): ConsentMode => client.consent_mode as ConsentMode;

/** Whom a client acts as under the client credentials grant; null when nobody was chosen, or they are inactive. */
export const serviceUserOf = (client: Client): ServiceUser | null => client.service_user as ServiceUser | null;
