import type { Knex } from 'knex';
import {
  type AccessToken,
  type ClientCredentials,
  errors,
  type JWTStructured,
  type KoaContextWithOIDC,
} from 'oidc-provider';
import { type Actor, audit } from '../../shared/audit.ts';
import type { PersonAccount } from './accounts.ts';
import { type ServiceUser, serviceUserOf } from './clients.ts';
import { exchangedClaims } from './token-exchange.ts';
import { putAccessToken, putClientToken } from './token-records.ts';
import { currentDb } from './unit-of-work.ts';
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
 * Keeps a record of each JWT access token before it is signed. By that record introspection, userinfo and revocation
 * know the token, and deleting it is what revokes the token everywhere.
 */
export function accessTokenRecorder(knex: Knex, usage: UsageCounter) {
  return async (ctx: KoaContextWithOIDC, token: Token, { payload }: JWTStructured): Promise<void> => {
    const db = currentDb(knex);
    const clientId = token.clientId ?? '';
    const times = { iat: payload.iat as number, exp: payload.exp as number };
    const common = { jti: token.jti, clientId, expires: times.exp };
    const { kind, scope, aud, extra, jkt } = token;
    let person: { id: number; username: string };
    if (token.kind === 'AccessToken') {
      const { accountId, grantId, gty, claims, sid } = token;
      const record = { kind, ...times, clientId, accountId, grantId, gty, scope, aud, claims, sid, extra, jkt };
      await putAccessToken(db, { ...common, payload: record, accountId, grantId });
      person = {
        id: Number(accountId),
        username: (ctx.oidc.account as PersonAccount | undefined)?.username ?? accountId,
      };
    } else {
      person = actsAs(token as ClientCredentials);
      const accountId = String(person.id);
      payload.sub = accountId;
      const record = { kind, ...times, clientId, scope, aud, extra, jkt };
      if (!(await putClientToken(db, { ...common, payload: record, accountId }))) throw new errors.InvalidClientAuth();
    }
    usage.count(clientId);
    await audit(db, issuedTo(person, clientId, ctx), {
      action: 'issue',
      resource: 'access_token',
      objectId: token.jti,
      changes: { scope: { new: scope }, grant_type: { new: ctx.oidc.params?.grant_type } },
    });
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
