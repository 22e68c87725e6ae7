import { randomInt } from 'node:crypto';
import type { Knex } from 'knex';
import { sha256 } from '../../shared/identity/secrets.ts';

/** How many codes somebody gets at once. */
export const recoveryCodeCount = 10;

/** Letters and digits that nobody mistakes for one another on paper. */
const alphabet = '23456789abcdefghjkmnpqrstuvwxyz';
const length = 24;

/** What codes made by earlier versions have; they stay good until their person makes new ones. */
const earlierLength = 16;

/**
 * Gives a person fresh recovery codes, of 118 random bits each, too many to try all of them against a hash; those of before stop working. Only their hashes
 * are kept: show them once. Writes no audit row; the caller does, in the same transaction.
 */
export async function makeRecoveryCodes(trx: Knex, userId: number): Promise<string[]> {
  const codes = Array.from({ length: recoveryCodeCount }, () =>
    Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join(''),
  );
  await trx('recovery_codes').where({ user_id: userId }).delete();
  await trx('recovery_codes').insert(codes.map((code) => ({ user_id: userId, code_hash: sha256(code) })));
  return codes.map((code) => code.replaceAll(/(.{4})(?=.)/g, '$1-'));
}

/** Takes one of a person's recovery codes, however it is written; each counts once. */
export async function useRecoveryCode(db: Knex, userId: number, typed: string): Promise<boolean> {
  const code = typed.toLowerCase().replaceAll(/[\s-]/g, '');
  if (code.length !== length && code.length !== earlierLength) return false;
  const used = await db('recovery_codes')
    .where({ user_id: userId, code_hash: sha256(code), used_at: null })
    .update({ used_at: db.fn.now() });
  return used > 0;
}
