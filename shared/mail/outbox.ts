import type { Knex } from 'knex';
import { readersLanguage } from '../messages/language.ts';

/**
 * Puts a letter to one person into the outbox, within the transaction of what it tells: it goes out after that, or not at
 * all. No secret stands in its facts: links are written out when it is sent.
 * It is written in the language that its reader last used a page in; for somebody who never did, in the one of now.
 */
export async function postLetter(
  trx: Knex,
  letter: { kind: string; userId: number; recipient: string; facts: object },
): Promise<void> {
  const { kind, userId, recipient, facts } = letter;
  await trx('outbox').insert({
    kind,
    user_id: userId,
    recipient,
    facts: JSON.stringify(facts),
    language: readersLanguage(),
  });
}
