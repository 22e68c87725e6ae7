import {
  type AccessToken,
  type ClientCredentials,
  errors,
  type JWTStructured,
  type KoaContextWithOIDC,
} from 'oidc-provider';
import { type Actor, auditRow } from '../../shared/audit.ts';
import { sha256 } from '../../shared/identity/secrets.ts';
import type { PersonAccount } from './accounts.ts';
import { type ServiceUser, serviceUserOf } from './clients.ts';
import { exchangedClaims } from './token-exchange.ts';
import { currentIssue } from './unit-of-work.ts';
import type { UsageCounter } from './usage-counter.ts';

type Token = AccessToken | ClientCredentials;

/**
 * An application's own token speaks for its service user: introspection tells them as `sub`. A person's says how they
 * proved who they are, and when (RFC 9068 §2.2.1).
 */
export function extraTokenClaims(ctx: KoaContextWithOIDC, token: Token): Record<string, unknown> | undefined {
  if (token.kind === 'ClientCredentials') {
    const user = token.client ? serviceUserOf(token.client) : null;
    return user ? { sub: String(user.id) } : undefined;
  }
  const exchanged = exchangedClaims(ctx);
  if (exchanged) return exchanged;
  const { oidc } = ctx;
  const { AuthorizationCode, RefreshToken, DeviceCode } = oidc.entities;
  const proved = AuthorizationCode ?? RefreshToken ?? DeviceCode;
  if (!proved?.authTime) return undefined;
  const { acr, amr, authTime: auth_time } = proved;
  return { auth_time, ...(acr && { acr }), ...(amr && { amr }) };
}

/**
 * Has a record of each JWT access token kept before it is sent. By that record introspection, userinfo and revocation
 * know the token, and deleting it is what revokes the token everywhere.
 */
export function accessTokenRecorder(usage: UsageCounter) {
  return async (ctx: KoaContextWithOIDC, token: Token, { payload }: JWTStructured): Promise<void> => {
    const issue = currentIssue();
    if (!issue) throw new Error('Access tokens are issued at the token endpoint only');
    const clientId = token.clientId ?? '';
    const { iat, exp } = payload as { iat: number; exp: number };
    const { kind, scope, aud, extra, jkt } = token;
    let record: object = { kind, iat, exp, clientId, scope, aud, extra, jkt };
    let grant_id: string | null = null;
    let person: { id: number; username: string };
    if (token.kind === 'AccessToken') {
      const { accountId, grantId, gty, claims, sid } = token;
      record = { ...record, accountId, grantId, gty, claims, sid };
      grant_id = grantId;
      const { username } = (ctx.oidc.account ?? {}) as Partial<PersonAccount>;
      person = { id: Number(accountId), username: username ?? accountId };
    } else {
      person = actsAs(token as ClientCredentials);
      payload.sub = String(person.id);
    }
    issue.put({
      kind,
      id_hash: sha256(token.jti).toString('hex'),
      payload: record,
      grant_id,
      account_id: String(person.id),
      client_id: clientId,
      uid: null,
      user_code: null,
      is_jwt: true,
      ends: exp,
      seconds: null,
    });
    issue.note(
      auditRow(issuedTo(person, clientId, ctx), {
        action: 'issue',
        resource: 'access_token',
        objectId: token.jti,
        changes: { scope: { new: scope }, grant_type: { new: ctx.oidc.params?.grant_type } },
      }),
    );
    usage.count(clientId);
  };
}

function actsAs(token: ClientCredentials): ServiceUser {
  const user = token.client && serviceUserOf(token.client);
  if (!user) throw new errors.UnauthorizedClient('the application has no active service user to act as');
  return user;
}

function issuedTo(person: Actor['person'], application: string, ctx: KoaContextWithOIDC): Actor {
  return { person, proof: 'bearer', application, tokenId: null, address: ctx.ip };
}
