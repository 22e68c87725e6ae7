import type { Knex } from 'knex';
import { postLetter } from './outbox.ts';

/** What of an account may change so that its person is told. */
export type AccountChange = 'password' | 'address' | 'factor added' | 'factor removed' | 'recovery code';

interface Reader {
  id: number;
  username: string;
  first_name: string;
  email: string;
}

/** Who can be written to: an address that was never confirmed may be a stranger's. */
export async function readerOf(trx: Knex, userId: number): Promise<Reader | undefined> {
  return trx('users')
    .where({ id: userId, is_active: true })
    .whereNot({ email: '' })
    .whereNotNull('email_verified_at')
    .first<Reader | undefined>('id', 'username', 'first_name', 'email');
}

/** Tells somebody of a change to their account, at `address` or the one that they have. */
export async function tellOfChange(trx: Knex, userId: number, what: AccountChange, address?: string): Promise<void> {
  const reader = await readerOf(trx, userId);
  if (!reader) return;
  const { username, first_name: firstName, email } = reader;
  const facts = { name: firstName || username, username, what };
  await postLetter(trx, { kind: 'account_changed', userId, recipient: address || email, facts });
}
