import type { JWK } from 'jose';
import type { Knex } from 'knex';
import { algorithmNames, type KeyRow, type KeyState, keysLock, newKey, privateKeyOf, sealingKeyOf } from './key.ts';

/** The keys that the provider signs with, and those that it only publishes. */
export interface SigningKeys {
  /** Private keys: those in use first, then the next and the previous ones. */
  readonly private: readonly JWK[];
  /** What the JWKS document holds. */
  readonly public: readonly JWK[];
  /** `kid` of the ES256 key that signs access tokens. */
  readonly accessTokenKid: string;
}

/** A key as people are told of it. */
export interface SigningKeyFacts {
  readonly kid: string;
  readonly alg: string;
  readonly state: KeyState;
  readonly created_at: Date;
  /** Since when it is in this state. */
  readonly state_since: Date;
}

const inOrder = `array_position(ARRAY['current', 'next', 'previous'], state::text), state_since DESC, alg`;

/**
 * Reads the signing keys, making those that are missing.
 * @throws ConfigError when they were sealed under another secret key
 */
export async function loadSigningKeys(knex: Knex, secretKey: string): Promise<SigningKeys> {
  const sealingKey = sealingKeyOf(secretKey);
  const rows = await knex.transaction(async (trx) => {
    await trx.raw('SELECT pg_advisory_xact_lock(?)', [keysLock]);
    const there = await trx('signing_keys').where({ state: 'current' }).pluck('alg');
    for (const alg of algorithmNames) {
      if (!there.includes(alg)) await trx('signing_keys').insert(await newKey(alg, 'current', sealingKey));
    }
    const all: KeyRow[] = await trx('signing_keys')
      .select('kid', 'alg', 'state', 'public_jwk', 'sealed_private_jwk')
      .orderByRaw(inOrder);
    return all;
  });
  return {
    private: rows.map((row) => privateKeyOf(row, sealingKey)),
    public: rows.map(({ public_jwk }) => public_jwk),
    accessTokenKid: rows.find(({ alg }) => alg === 'ES256')?.kid ?? '',
  };
}

/** All signing keys that are published, those in use first; without anything secret. */
export function listSigningKeys(db: Knex): Promise<SigningKeyFacts[]> {
  return db('signing_keys').select('kid', 'alg', 'state', 'created_at', 'state_since').orderByRaw(inOrder);
}
