import type { Knex } from 'knex';
import { postLetter } from '../../shared/mail/outbox.ts';
import { readerOf } from '../../shared/mail/tell-of-change.ts';

/** Tells somebody that they signed in where they never did before. */
export async function tellOfNewPlace(
  trx: Knex,
  userId: number,
  place: { device: string; address: string | null },
): Promise<void> {
  const reader = await readerOf(trx, userId);
  if (!reader) return;
  const { username, first_name: firstName, email } = reader;
  const facts = { name: firstName || username, username, at: new Date().toISOString(), ...place };
  await postLetter(trx, { kind: 'new_place', userId, recipient: email, facts });
}
