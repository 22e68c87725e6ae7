import type { Knex } from 'knex';
import type { Actor } from '../../shared/audit.ts';
import { audit } from '../../shared/audit.ts';
import type { Config } from '../../shared/config.ts';
import type { Form } from '../sign-in/form.ts';
import { addAuthenticatorApp } from './authenticator-app.ts';
import { addPasskey } from './passkeys.ts';
import { makeRecoveryCodes } from './recovery-codes.ts';

/** A second factor that was just set up, and proved by that. */
export interface Enrolled {
  readonly amr: readonly string[];
  /** Recovery codes, for whoever had none left; they are shown this once. */
  readonly codes: readonly string[] | null;
}

/**
 * Adds the second factor that a form of the set-up pages carries: an authenticator app or a passkey. Null when its proof
 * is wrong; nothing was changed then.
 */
export async function enrol(
  trx: Knex,
  config: Pick<Config, 'secretKey' | 'publicUrl' | 'instanceName'>,
  { userId, browser, actor }: { userId: number; browser: string; actor: Actor },
  form: Form,
): Promise<Enrolled | null> {
  await inTurn(trx, userId);
  const name = form.text('name').slice(0, 100) || 'Passkey';
  const proved = form.has('passkey')
    ? await addPasskey(trx, config, browser, { userId, name, answer: form.raw('passkey') })
    : (await addAuthenticatorApp(trx, config.secretKey, { userId, sealed: form.raw('offer'), code: form.raw('code') }))
      ? { amr: ['otp', 'mfa'] }
      : null;
  if (!proved) return null;
  const factor = form.has('passkey') ? `passkey «${name}»` : 'authenticator app';
  await audit(trx, actor, {
    action: 'add_second_factor',
    resource: 'user',
    objectId: userId,
    changes: { factor: { new: factor } },
  });
  const left = await trx('recovery_codes').where({ user_id: userId, used_at: null }).first('user_id');
  return { amr: proved.amr, codes: left ? null : await makeRecoveryCodes(trx, userId) };
}

/** What somebody has changes by one request after the other, until the transaction ends. */
export async function inTurn(trx: Knex, userId: number): Promise<void> {
  await trx('users').where({ id: userId }).forNoKeyUpdate().first('id');
}
