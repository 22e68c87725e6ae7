import type { Knex } from 'knex';
import { sha256 } from '../../shared/identity/secrets.ts';
import { prepared } from './prepared.ts';

const putToken = prepared(
  'token_put',
  `INSERT INTO oidc_artifacts (kind, id_hash, payload, grant_id, account_id, client_id, is_jwt, expires_at)
   VALUES (?, ?, ?, ?, ?, ?, true, to_timestamp(?))`,
);
const putOwnToken = prepared(
  'token_put_own',
  `INSERT INTO oidc_artifacts (kind, id_hash, payload, account_id, client_id, is_jwt, expires_at)
   SELECT ?::varchar, ?::bytea, ?::jsonb, ?::text, a.client_id, true, to_timestamp(?)
     FROM (SELECT client_id FROM applications
            WHERE client_id = ? AND enabled AND service_user_id = ?::integer FOR SHARE) a`,
);

/** What is kept of an access token beside the token itself; `expires` in seconds since 1970. */
export interface TokenRecord {
  readonly jti: string;
  readonly payload: object;
  readonly accountId: string;
  readonly clientId: string;
  readonly expires: number;
}

/** Keeps a record of a person's access token. */
export async function putAccessToken(db: Knex, token: TokenRecord & { readonly grantId: string }): Promise<void> {
  const { jti, payload, grantId, accountId, clientId, expires } = token;
  await putToken(db, ['AccessToken', sha256(jti), JSON.stringify(payload), grantId, accountId, clientId, expires]);
}

/**
 * Keeps a record of an application's own access token.
 * @returns false when the application was disabled or given another service user meanwhile
 */
export async function putClientToken(db: Knex, token: TokenRecord): Promise<boolean> {
  const { jti, payload, accountId, clientId, expires } = token;
  const { rowCount } = await putOwnToken(db, [
    'ClientCredentials',
    sha256(jti),
    JSON.stringify(payload),
    accountId,
    expires,
    clientId,
    accountId,
  ]);
  return rowCount === 1;
}
