import { generateKeyPair as generate } from 'node:crypto';
import { promisify } from 'node:util';
import { calculateJwkThumbprint, type JWK } from 'jose';
import { ConfigError } from '../config.ts';
import { deriveKey, seal, unseal } from '../identity/secrets.ts';

const generateKeyPair = promisify(generate);

/** ES256 signs access tokens, either signs ID tokens: RS256 is what clients expect that ask for none. */
const algorithms = {
  ES256: () => generateKeyPair('ec', { namedCurve: 'P-256' }),
  RS256: () => generateKeyPair('rsa', { modulusLength: 2048 }),
} as const;
export type Algorithm = keyof typeof algorithms;
export const algorithmNames = Object.keys(algorithms) as readonly Algorithm[];

/** Next: published, so that whoever verifies tokens knows it already. Current: signs. Previous: what it signed still counts. */
export type KeyState = 'next' | 'current' | 'previous';

/** How long whoever verifies tokens may keep the published set; seconds. */
export const jwksMaxAge = 300;

/** Key of the advisory lock under which keys are made and change their state. */
export const keysLock = 0x51_4d_02;

/** A key as it is stored. */
export interface KeyRow {
  readonly kid: string;
  readonly alg: Algorithm;
  readonly state: KeyState;
  readonly public_jwk: JWK;
  readonly sealed_private_jwk: Buffer;
}

/** The key that private keys are sealed with. */
export const sealingKeyOf = (secretKey: string): Buffer => deriveKey(secretKey, 'signing keys');

/** A fresh key, ready to be inserted. */
export async function newKey(alg: Algorithm, state: KeyState, sealingKey: Buffer) {
  const { publicKey, privateKey } = await algorithms[alg]();
  const jwk = publicKey.export({ format: 'jwk' }) as JWK;
  const kid = await calculateJwkThumbprint(jwk);
  const about = { kid, alg, use: 'sig' };
  return {
    kid,
    alg,
    state,
    public_jwk: JSON.stringify({ ...jwk, ...about }),
    sealed_private_jwk: seal(sealingKey, JSON.stringify({ ...privateKey.export({ format: 'jwk' }), ...about })),
  };
}

/** @throws ConfigError when it was sealed under another secret key */
export function privateKeyOf({ sealed_private_jwk: sealed }: KeyRow, sealingKey: Buffer): JWK {
  try {
    return JSON.parse(unseal(sealingKey, sealed)) as JWK;
  } catch {
    throw new ConfigError('SECRET_KEY is not the one that the signing keys in the database were sealed with');
  }
}
