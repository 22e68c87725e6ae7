import type { Knex } from 'knex';
import type { Principal } from '../access/principal.ts';
import { audit } from '../audit.ts';
import { tellOfChange } from '../mail/tell-of-change.ts';
import { hashPassword } from './passwords.ts';

/**
 * Hashes a new password before the transaction that sets it begins; within that it is audited, and its person is told by
 * mail. `stored` is the hash that was there before: where it is another by then, nothing changes and the answer is false.
 */
export async function newPassword(change: {
  userId: number;
  stored: string | null;
  password: string;
}): Promise<(trx: Knex.Transaction, principal: Principal) => Promise<boolean>> {
  const hashed = await hashPassword(change.password);
  return async (trx, principal) => {
    // The database ends every session, connected application and token got by the old one with it.
    const rows = await trx('users')
      .where({ id: change.userId, password: change.stored })
      .update({ password: hashed, password_changed_at: trx.fn.now() });
    if (rows === 0) return false;
    await tellOfChange(trx, change.userId, 'password');
    await audit(trx, principal, { action: 'change_password', resource: 'user', objectId: change.userId });
    return true;
  };
}
