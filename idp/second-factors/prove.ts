import { anonymous } from '../../shared/access/principal.ts';
import { countSuccess, countTry } from '../../shared/identity/sign-in-limits.ts';
import { recordRefusal, type SignInRequest } from '../../shared/identity/sign-in-record.ts';
import type { Services } from '../../shared/services.ts';
import { useAuthenticatorCode } from './authenticator-app.ts';
import { usePasskey } from './passkeys.ts';
import { useRecoveryCode } from './recovery-codes.ts';

export type FactorServices = Pick<Services, 'knex' | 'pool' | 'config'>;

/** What somebody whose password was right gave as the second factor. */
export interface FactorTry {
  readonly userId: number;
  /** Of their app, or a recovery code; empty when they used a passkey. */
  readonly code: string;
  /** What the browser answered for a passkey, as JSON; empty when they typed a code. */
  readonly passkey: string;
  /** Secret of the browser that was asked: its cookie. */
  readonly browser: string;
  readonly address: string | null;
  /** What brought it, for the record. */
  readonly request: SignInRequest;
  /** Name of the browser, where this person signed in before in it. */
  readonly known: string | null;
}

/** `amr`: what was proved (RFC 8176). «limited» comes with the seconds until another try. */
export type FactorAnswer =
  | { readonly refused?: undefined; readonly amr: readonly string[]; readonly byRecoveryCode: boolean }
  | { readonly refused: 'wrong' }
  | { readonly refused: 'limited'; readonly retryAfterSeconds: number };

/**
 * Checks a second factor. Tries are counted before anything is checked, and apart from those of the password: whoever
 * knows that can't begin anew by giving it again.
 */
export async function proveSecondFactor(services: FactorServices, factor: FactorTry): Promise<FactorAnswer> {
  const { knex, pool, config } = services;
  const { userId, code, passkey, browser, address, request, known } = factor;
  const tried = { account: `second factor of ${userId}`, address, browser: known };
  const retryAfterSeconds = await countTry(pool, tried);
  if (retryAfterSeconds !== null) return { refused: 'limited', retryAfterSeconds };
  const byRecoveryCode = !passkey && (await useRecoveryCode(knex, userId, code));
  const byApp = !passkey && (await useAuthenticatorCode(knex, config.secretKey, { userId, code }));
  const used = passkey ? await usePasskey(knex, config, browser, passkey, userId) : null;
  const amr = byRecoveryCode || byApp ? ['otp', 'mfa'] : used?.amr;
  if (!amr) {
    await recordRefusal(knex, anonymous(address), userId, request, { wrong: { new: 'second factor' } });
    return { refused: 'wrong' };
  }
  await countSuccess(pool, tried);
  return { amr, byRecoveryCode };
}
