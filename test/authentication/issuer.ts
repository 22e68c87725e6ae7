import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, type JWTHeaderParameters, SignJWT } from 'jose';
import type { Knex } from 'knex';
import type { TestPerson } from '../harness/index.ts';

/** What a test wants different in a token. */
export interface Wishes {
  readonly header?: Partial<JWTHeaderParameters>;
  readonly claims?: Record<string, unknown>;
  /** Claims to leave out. */
  readonly without?: readonly string[];
}

/** Somebody who signs access tokens with an ES256 key of their own. */
export async function makeIssuer(publicUrl: string, kid: string = randomUUID()) {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const publicJwk = { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' };
  return {
    kid,
    publicJwk,
    /** Makes the API trust this issuer. */
    async publish(knex: Knex): Promise<void> {
      const row = { kid, alg: 'ES256', state: 'current', public_jwk: JSON.stringify(publicJwk) };
      await knex('signing_keys').insert({ ...row, sealed_private_jwk: Buffer.alloc(1) });
    },
    /** A token like those of the token endpoint, apart from what the test wants different. */
    token(person: TestPerson, scope: string, { header, claims, without = [] }: Wishes = {}): Promise<string> {
      const now = Math.floor(Date.now() / 1000);
      const whole: Record<string, unknown> = {
        iss: `${publicUrl}/o`,
        aud: `${publicUrl}/api/`,
        sub: String(person.id),
        client_id: 'an-application',
        jti: randomUUID(),
        iat: now,
        exp: now + 600,
        scope,
        ...claims,
      };
      for (const claim of without) delete whole[claim];
      return new SignJWT(whole).setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid, ...header }).sign(privateKey);
    },
  };
}
export type Issuer = Awaited<ReturnType<typeof makeIssuer>>;
