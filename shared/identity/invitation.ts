import type { Knex } from 'knex';
import type { Principal } from '../access/principal.ts';
import { audit } from '../audit.ts';
import { postLetter } from '../mail/outbox.ts';
import { newMailLink } from './mail-links.ts';

/** Why nobody was invited. */
export type NotInvited = 'no such person' | 'no address' | 'has a password';

/**
 * Writes somebody a letter with a link by which they choose their own password. Their mail address counts as theirs when
 * they used it. Once more is fine: each link works until one was used.
 * @returns null when the letter is on its way
 * @throws Error when the principal is no superuser
 */
export async function invite(trx: Knex, principal: Principal, userId: number): Promise<NotInvited | null> {
  if (!principal.person?.isSuperuser) throw new Error('Only a superuser invites people');
  const row = await trx('users')
    .where({ id: userId, is_active: true, is_service: false })
    .first('id', 'username', 'first_name', 'email', 'password');
  if (!row) return 'no such person';
  if (!row.email) return 'no address';
  if (row.password !== null) return 'has a password';
  const link = await newMailLink(trx, { userId, purpose: 'invitation', email: row.email });
  const facts = { link, name: row.first_name || row.username, username: row.username, by: principal.person.username };
  await postLetter(trx, { kind: 'invitation', userId, recipient: row.email, facts });
  await audit(trx, principal, { action: 'invite', resource: 'user', objectId: userId });
  return null;
}
