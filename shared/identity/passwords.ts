import { pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import argon2 from 'argon2';
import { hashing } from './hashing-queue.ts';
import { randomSecret, sameSecret } from './secrets.ts';

export { Busy } from './hashing-queue.ts';

const pbkdf2Of = promisify(pbkdf2);

/** argon2id, above the floor of OWASP's password storage advice; a stored hash with less is replaced at sign-in. */
const cost = { type: argon2.argon2id, timeCost: 3, memoryCost: 32768, parallelism: 1 } as const;

/** Longer than this is no password but an attempt to keep the processor busy. */
const longestChecked = 1024;

/** What a check found: whether the password is right, and a fresh hash to store when the stored one is old. */
export interface PasswordCheck {
  readonly ok: boolean;
  readonly rehash: string | null;
}

/** Two keyboards may spell one letter by different code points; to a person it is the same password. */
const asTyped = (password: string) => password.normalize('NFKC');

/** Hashes a password for storing. Throws `Busy` when too many wait. */
export function hashPassword(password: string): Promise<string> {
  return hashing.run(() => argon2.hash(asTyped(password), cost));
}

/** The hash that a sign-in without an account is checked against, so that it takes as long as any other. */
let nobodysHash: Promise<string> | undefined;
function hashOfNobody(): Promise<string> {
  nobodysHash ??= argon2.hash(randomSecret(), cost);
  return nobodysHash;
}

/**
 * Checks a password against a stored hash: argon2id, or Django's `pbkdf2_sha256$…` from an import. Without a stored
 * hash it takes the same time and says no. Throws `Busy` when too many wait.
 */
export async function verifyPassword(stored: string | null, password: string): Promise<PasswordCheck> {
  const usable = stored !== null && password.length <= longestChecked;
  return hashing.run(async () => {
    if (usable && stored.startsWith('$argon2')) return verifyArgon2(stored, asTyped(password));
    const django = usable ? parseDjango(stored) : null;
    if (django) return verifyDjango(django, password);
    await argon2.verify(await hashOfNobody(), asTyped(password.slice(0, longestChecked)));
    return { ok: false, rehash: null };
  });
}

async function verifyArgon2(stored: string, password: string): Promise<PasswordCheck> {
  if (!(await argon2.verify(stored, password))) return { ok: false, rehash: null };
  const old = argon2.needsRehash(stored, cost) || !stored.startsWith('$argon2id$');
  return { ok: true, rehash: old ? await argon2.hash(password, cost) : null };
}

interface DjangoHash {
  readonly iterations: number;
  readonly salt: string;
  readonly hash: Buffer;
}

/** `pbkdf2_sha256$<iterations>$<salt>$<base64 of 32 bytes>`; null for anything else, such as Django's `!…` for «no password». */
function parseDjango(stored: string): DjangoHash | null {
  const [algorithm, iterations, salt, hash, ...rest] = stored.split('$');
  if (algorithm !== 'pbkdf2_sha256' || !salt || !hash || rest.length > 0) return null;
  const times = Number(iterations);
  if (!Number.isInteger(times) || times < 1 || times > 10_000_000) return null;
  return { iterations: times, salt, hash: Buffer.from(hash, 'base64') };
}

async function verifyDjango(django: DjangoHash, password: string): Promise<PasswordCheck> {
  const computed = await pbkdf2Of(password, django.salt, django.iterations, 32, 'sha256');
  if (!sameSecret(computed, django.hash)) return { ok: false, rehash: null };
  return { ok: true, rehash: await argon2.hash(asTyped(password), cost) };
}
