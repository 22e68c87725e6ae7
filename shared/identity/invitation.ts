import type { Knex } from 'knex';
import type { Principal } from '../access/principal.ts';
import { audit } from '../audit.ts';
import { postLetter } from '../mail/outbox.ts';
import { type LinkPurpose, newMailLink } from './mail-links.ts';

/** Why nobody was written to. */
export type NotInvited = 'no such person' | 'no address' | 'has a password';
export type NotReset = 'no such person' | 'no address' | 'has no password';

/**
 * Writes somebody a letter with a link by which they choose their own password. Their mail address counts as theirs when
 * they used it. Once more is fine: each link works until one was used.
 * @returns null when the letter is on its way
 * @throws Error when the principal is no superuser
 */
export async function invite(trx: Knex, principal: Principal, userId: number): Promise<NotInvited | null> {
  const found = await addressee(trx, principal, userId);
  if (typeof found === 'string') return found;
  if (found.password !== null) return 'has a password';
  await sendLink(trx, principal, found, 'invitation');
  await audit(trx, principal, { action: 'invite', resource: 'user', objectId: userId });
  return null;
}

/**
 * Writes somebody who has a password a letter with a link by which they choose another one, for a superuser whom they
 * asked: so nobody else ever knows it. The password of before goes on until then.
 * @returns null when the letter is on its way
 * @throws Error when the principal is no superuser
 */
export async function sendReset(trx: Knex, principal: Principal, userId: number): Promise<NotReset | null> {
  const found = await addressee(trx, principal, userId);
  if (typeof found === 'string') return found;
  if (found.password === null) return 'has no password';
  await sendLink(trx, principal, found, 'reset');
  await audit(trx, principal, { action: 'send_password_reset', resource: 'user', objectId: userId });
  return null;
}

interface Addressee {
  id: number;
  username: string;
  first_name: string;
  email: string;
  password: string | null;
}

async function addressee(
  trx: Knex,
  principal: Principal,
  userId: number,
): Promise<Addressee | 'no such person' | 'no address'> {
  if (!principal.person?.isSuperuser) throw new Error('Only a superuser sends people links to choose a password');
  const row = await trx('users')
    .where({ id: userId, is_active: true, is_service: false })
    .first<Addressee | undefined>('id', 'username', 'first_name', 'email', 'password');
  if (!row) return 'no such person';
  return row.email ? row : 'no address';
}

const letters = { invitation: 'invitation', reset: 'password_reset' } as const;

async function sendLink(
  trx: Knex,
  principal: Principal,
  { id: userId, username, first_name: firstName, email }: Addressee,
  purpose: Extract<LinkPurpose, 'invitation' | 'reset'>,
): Promise<void> {
  const link = await newMailLink(trx, { userId, purpose, email });
  const facts = { link, name: firstName || username, username, by: principal.person?.username };
  await postLetter(trx, { kind: letters[purpose], userId, recipient: email, facts });
}
