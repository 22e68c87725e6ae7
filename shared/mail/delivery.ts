import type { Knex } from 'knex';
import { defaultLanguage, inLanguage, isLanguage } from '../messages/language.ts';
import type { Services } from '../services.ts';
import { type Carrier, openCarrier } from './carrier.ts';
import type { Letters } from './letter.ts';

/** Tries before a mail is left lying; the waits between them double, so that they span about three days. */
const tries = 12;

interface Waiting {
  readonly id: string;
  readonly kind: string;
  readonly recipient: string;
  readonly facts: object;
  readonly written_at: Date;
  readonly attempts: number;
  readonly language: string | null;
}

export interface Delivered {
  readonly sent: number;
  readonly failed: number;
}

/**
 * Sends every mail that is due and among these letters. Several processes may do so at once: each takes mails that no other has. A mail whose
 * sender ends before it says so is sent again later, under the same message id.
 */
export async function deliver(services: Services, carrier: Carrier, letters: Letters): Promise<Delivered> {
  const { knex, log, config } = services;
  let sent = 0;
  let failed = 0;
  const kinds = Object.keys(letters);
  for (let mail = await take(knex, kinds); mail; mail = await take(knex, kinds)) {
    const { id, kind, recipient, facts, written_at, language } = mail;
    try {
      const letter = inLanguage(isLanguage(language) ? language : defaultLanguage, () =>
        letters[kind]?.(facts as never, config),
      );
      if (letter) await carrier.send({ id, kind, recipient, writtenAt: written_at, ...letter });
      await knex('outbox').where({ id }).update({ sent_at: knex.fn.now(), last_error: null });
      sent += 1;
      if (carrier.folder && sent === 1) {
        log.warn({ folder: carrier.folder }, 'SMTP_URL is not set: mails are kept as files and reach nobody');
      }
    } catch (error) {
      failed += 1;
      const given = mail.attempts >= tries ? { due_at: 'infinity' } : {};
      await knex('outbox')
        .where({ id })
        .update({ last_error: reasonOf(error), ...given });
      log.warn({ mail: id, kind, reason: reasonOf(error) }, 'a mail could not be sent');
      if (serverIsAway(error)) break;
    }
  }
  return { sent, failed };
}

/** The next mail that is due; nobody else gets it until some time has gone by. */
async function take(knex: Knex, kinds: readonly string[]): Promise<Waiting | undefined> {
  const { rows } = await knex.raw<{ rows: Waiting[] }>(
    `UPDATE outbox SET attempts = attempts + 1, due_at = now() + interval '1 minute' * 2 ^ least(attempts + 1, 11)
     WHERE id = (SELECT id FROM outbox WHERE sent_at IS NULL AND due_at <= now() AND kind = ANY (?)
                 ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
     RETURNING id, kind, recipient, facts, written_at, attempts,
               coalesce((SELECT u.language FROM users AS u WHERE u.id = user_id), language) AS language`,
    [[...kinds]],
  );
  return rows[0];
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)).slice(0, 300);

/** The next mail would fare no better. */
const serverIsAway = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  ['ECONNECTION', 'ECONNREFUSED', 'ESOCKET', 'ETIMEDOUT', 'EDNS', 'EAUTH', 'ETLS'].includes(String(error.code));

/** Delivers these letters now and then, for as long as the process lives; it keeps no process alive. */
export function startDelivery(services: Services, letters: Letters, everySeconds = 10): void {
  const carrier = openCarrier(services.config);
  let busy = false;
  const run = async () => {
    if (busy) return;
    busy = true;
    try {
      await deliver(services, carrier, letters);
    } catch (error) {
      services.log.error({ err: error }, 'mails could not be delivered');
    } finally {
      busy = false;
    }
  };
  setInterval(run, everySeconds * 1000).unref();
}
