import type { PasswordServices } from './password-sign-in.ts';
import { verifyPassword } from './passwords.ts';
import { countSuccess, countTry } from './sign-in-limits.ts';

/** «limited» comes with the seconds until another try; `stored` is the hash that the password fits. */
export type OwnPasswordAnswer =
  | { readonly refused?: undefined; readonly stored: string }
  | { readonly refused: 'wrong' }
  | { readonly refused: 'limited'; readonly retryAfterSeconds: number };

/**
 * Checks the password of somebody who is signed in. Somebody at an unlocked screen may try as rarely as somebody at the
 * sign-in page. Throws `Busy` when too many wait to be checked.
 */
export async function checkOwnPassword(
  { knex, pool }: PasswordServices,
  { userId, password, address }: { userId: number; password: string; address: string | null },
): Promise<OwnPasswordAnswer> {
  const tried = { account: userId, address };
  const retryAfterSeconds = await countTry(pool, tried);
  if (retryAfterSeconds !== null) return { refused: 'limited', retryAfterSeconds };
  const row = await knex('users').where({ id: userId }).first<{ password: string | null }>('password');
  const stored = row?.password ?? null;
  const { ok } = await verifyPassword(stored, password);
  if (!ok || stored === null) return { refused: 'wrong' };
  await countSuccess(pool, tried);
  return { stored };
}
