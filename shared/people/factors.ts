import type { Knex } from 'knex';
import { type Actor, audit } from '../audit.ts';
import { resetSecondFactors, secondFactorsOf } from '../identity/second-factors.ts';

/** Takes somebody's second factors away, since they lost them, and signs them out everywhere. */
export function resetFactorsOf(knex: Knex, actor: Actor, userId: number): Promise<void> {
  return knex.transaction(async (trx) => {
    const { authenticatorApp, passkeys, recoveryCodes } = await secondFactorsOf(trx, userId);
    await resetSecondFactors(trx, userId);
    const changes = {
      authenticator_app: { old: authenticatorApp, new: false },
      passkeys: { old: passkeys, new: 0 },
      recovery_codes: { old: recoveryCodes, new: 0 },
    };
    await audit(trx, actor, { action: 'reset_factors', resource: 'user', objectId: userId, changes });
  });
}
