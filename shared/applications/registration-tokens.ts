import type { Knex } from 'knex';
import { type Actor, audit } from '../audit.ts';
import { randomSecret, sha256 } from '../identity/secrets.ts';

/** Hours in which an application has to register itself with such a token. */
export const registrationTokenHours = 24;

/**
 * Makes a token with which one application may register itself (RFC 7591 §3, an initial access token).
 * @returns the token in clear; it is stored as a hash
 */
export function makeRegistrationToken(knex: Knex, actor: Actor): Promise<string> {
  return knex.transaction(async (trx) => {
    const clear = randomSecret();
    const iat = Math.floor(Date.now() / 1000);
    const exp = iat + registrationTokenHours * 3600;
    await trx('oidc_artifacts').insert({
      kind: 'InitialAccessToken',
      id_hash: sha256(clear),
      payload: JSON.stringify({ kind: 'InitialAccessToken', iat, exp }),
      expires_at: new Date(exp * 1000),
    });
    await audit(trx, actor, { action: 'make_token', resource: 'application', objectId: null });
    return clear;
  });
}
