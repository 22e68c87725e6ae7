import type { Knex } from 'knex';
import type { Principal } from '../access/principal.ts';
import { audit } from '../audit.ts';
import { hashPassword } from './passwords.ts';

/** Hashes a new password before the transaction that sets it begins. `stored` is the hash that the old one was checked against. */
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
    await audit(trx, principal, { action: 'change_password', resource: 'user', objectId: change.userId });
    return true;
  };
}
