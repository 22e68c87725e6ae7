import { generateKeyPair as generate } from 'node:crypto';
import { promisify } from 'node:util';
import { calculateJwkThumbprint, type JWK } from 'jose';
import type { Knex } from 'knex';
import { ConfigError } from '../../shared/config.ts';
import { deriveKey, seal, unseal } from '../../shared/identity/secrets.ts';

const generateKeyPair = promisify(generate);

/** ES256 signs access tokens, either signs ID tokens: RS256 is what clients expect that ask for none. */
const algorithms = {
  ES256: () => generateKeyPair('ec', { namedCurve: 'P-256' }),
  RS256: () => generateKeyPair('rsa', { modulusLength: 2048 }),
} as const;
type Algorithm = keyof typeof algorithms;

/** The keys that the provider signs with, and those that it only publishes. */
export interface SigningKeys {
  /** Private keys: those in use first, then the next and the previous ones. */
  readonly private: readonly JWK[];
  /** What the JWKS document holds. */
  readonly public: readonly JWK[];
  /** `kid` of the ES256 key that signs access tokens. */
  readonly accessTokenKid: string;
}

/** Key of the advisory lock under which the first process makes the keys. */
const makingLock = 0x51_4d_02;

interface Row {
  kid: string;
  alg: string;
  public_jwk: JWK;
  sealed_private_jwk: Buffer;
}

/**
 * Reads the signing keys, making those that are missing.
 * @throws Error when they were sealed under another secret key
 */
export async function loadSigningKeys(knex: Knex, secretKey: string): Promise<SigningKeys> {
  const sealingKey = deriveKey(secretKey, 'signing keys');
  const rows = await knex.transaction(async (trx) => {
    await trx.raw('SELECT pg_advisory_xact_lock(?)', [makingLock]);
    const there = await trx('signing_keys').where({ state: 'current' }).pluck('alg');
    for (const alg of Object.keys(algorithms) as Algorithm[]) {
      if (!there.includes(alg)) await trx('signing_keys').insert(await newKey(alg, sealingKey));
    }
    const all: Row[] = await trx('signing_keys')
      .select('kid', 'alg', 'public_jwk', 'sealed_private_jwk')
      .orderByRaw(`array_position(ARRAY['current', 'next', 'previous'], state::text), state_since DESC`);
    return all;
  });
  return {
    private: rows.map(({ sealed_private_jwk }) => JSON.parse(openSealed(sealingKey, sealed_private_jwk)) as JWK),
    public: rows.map(({ public_jwk }) => public_jwk),
    accessTokenKid: rows.find(({ alg }) => alg === 'ES256')?.kid ?? '',
  };
}

async function newKey(alg: Algorithm, sealingKey: Buffer) {
  const { publicKey, privateKey } = await algorithms[alg]();
  const jwk = publicKey.export({ format: 'jwk' }) as JWK;
  const kid = await calculateJwkThumbprint(jwk);
  const about = { kid, alg, use: 'sig' };
  return {
    kid,
    alg,
    state: 'current',
    public_jwk: JSON.stringify({ ...jwk, ...about }),
    sealed_private_jwk: seal(sealingKey, JSON.stringify({ ...privateKey.export({ format: 'jwk' }), ...about })),
  };
}

function openSealed(key: Buffer, sealed: Buffer): string {
  try {
    return unseal(key, sealed);
  } catch {
    throw new ConfigError('SECRET_KEY is not the one that the signing keys in the database were sealed with');
  }
}
