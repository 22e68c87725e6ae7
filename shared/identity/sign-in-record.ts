import type { Knex } from 'knex';
import type { Principal } from '../access/principal.ts';
import { audit } from '../audit.ts';

/**
 * Notes that somebody signed in, on their account and in the audit trail.
 * @param amr how they proved it (RFC 8176)
 */
export async function recordSignIn(trx: Knex, principal: Principal, amr: readonly string[]): Promise<void> {
  const { person } = principal;
  if (!person) throw new Error('Nobody signed in');
  await trx('users').where({ id: person.id }).update({ last_login: trx.fn.now() });
  const changes = { amr: { new: amr } };
  await audit(trx, principal, { action: 'sign_in', resource: 'user', objectId: person.id, changes });
}
