import { randomBytes } from 'node:crypto';
import type { Knex } from 'knex';
import { deriveKey, hmac, sameSecret, sha256 } from '../../shared/identity/secrets.ts';

/** What a challenge was given out for: an answer to one is no answer to another. */
export interface ChallengePurpose {
  readonly purpose: 'sign in' | 'add passkey';
  /** Secret of the browser that was given it: its cookie. */
  readonly browser: string;
}

/** How long a page may stay open before its challenge is too old; milliseconds. */
const lasts = 30 * 60_000;
const lengths = { random: 16, until: 6, mac: 16 } as const;

/**
 * Makes a challenge for a passkey to sign (WebAuthn §13.4.3). Nothing is stored: it carries its end and a MAC of what it
 * is for, so that opening a page costs no row.
 */
export function newChallenge(secretKey: string, purpose: ChallengePurpose): Buffer {
  const until = Buffer.alloc(lengths.until);
  until.writeUIntBE(Date.now() + lasts, 0, lengths.until);
  const head = Buffer.concat([randomBytes(lengths.random), until]);
  return Buffer.concat([head, macOf(secretKey, purpose, head)]);
}

/** When a challenge of ours ends that was made for this; null for any other, and for one that is too old. */
export function endOfChallenge(secretKey: string, purpose: ChallengePurpose, challenge: string): Date | null {
  const bytes = Buffer.from(challenge, 'base64url');
  const head = bytes.subarray(0, lengths.random + lengths.until);
  if (bytes.length !== head.length + lengths.mac) return null;
  if (!sameSecret(macOf(secretKey, purpose, head), bytes.subarray(head.length))) return null;
  const until = new Date(head.readUIntBE(lengths.random, lengths.until));
  return until.getTime() > Date.now() ? until : null;
}

/** Uses a challenge up that was answered; of two answers at the same time one counts. */
export async function takeChallenge(db: Knex, challenge: string, until: Date): Promise<boolean> {
  const { rowCount } = await db.raw<{ rowCount: number }>(
    'INSERT INTO answered_challenges (challenge_hash, expires_at) VALUES (?, ?) ON CONFLICT DO NOTHING',
    [sha256(challenge), until],
  );
  return rowCount > 0;
}

function macOf(secretKey: string, { purpose, browser }: ChallengePurpose, head: Buffer): Buffer {
  const key = deriveKey(secretKey, 'passkey challenges');
  return hmac(key, `${purpose}\0${browser}\0${head.toString('base64url')}`).subarray(0, lengths.mac);
}
