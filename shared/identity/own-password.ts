import type { PasswordServices, PasswordTry } from './password-sign-in.ts';
import { verifyPassword } from './passwords.ts';
import { countSuccess, countTry } from './sign-in-limits.ts';

/** «limited» comes with the seconds until another try; `stored` is the hash that the password fits. */
export type OwnPasswordAnswer =
  | { readonly refused?: undefined; readonly stored: string }
  | { readonly refused: 'wrong' }
  | { readonly refused: 'limited'; readonly retryAfterSeconds: number };

interface OwnPasswordTry extends Pick<PasswordTry, 'password' | 'address' | 'knownBrowser'> {
  readonly userId: number;
}

/**
 * Checks the password of somebody who is signed in. Somebody at an unlocked screen may try as rarely as somebody at the
 * sign-in page; `knownBrowser` tells whether their person signed in there before. Throws `Busy` when too many wait to be checked.
 */
export async function checkOwnPassword(
  { knex, pool }: PasswordServices,
  { userId, password, address, knownBrowser }: OwnPasswordTry,
): Promise<OwnPasswordAnswer> {
  const row = await knex('users').where({ id: userId }).first<{ password: string | null }>('password');
  const stored = row?.password ?? null;
  const tried = { account: userId, address, browser: knownBrowser?.({ id: userId, password: stored }) ?? null };
  const retryAfterSeconds = await countTry(pool, tried);
  if (retryAfterSeconds !== null) return { refused: 'limited', retryAfterSeconds };
  const { ok } = await verifyPassword(stored, password);
  if (!ok || stored === null) return { refused: 'wrong' };
  await countSuccess(pool, tried);
  return { stored };
}
