import type { Knex } from 'knex';

/**
 * Mails on their way. Each is written in the transaction of what it tells, so that nobody is told what did not happen,
 * and is sent afterwards: a mail server that is slow or away delays mails, never what people do.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE outbox (
      id bigserial PRIMARY KEY,
      kind varchar(40) NOT NULL,
      user_id integer NOT NULL REFERENCES users ON DELETE CASCADE,
      recipient varchar(254) NOT NULL CHECK (recipient <> ''),
      facts jsonb NOT NULL,
      written_at timestamptz NOT NULL DEFAULT now(),
      due_at timestamptz NOT NULL DEFAULT now(),
      attempts integer NOT NULL DEFAULT 0,
      sent_at timestamptz,
      last_error text
    );
    CREATE INDEX outbox_due ON outbox (due_at, id) WHERE sent_at IS NULL;
    CREATE INDEX outbox_user ON outbox (user_id);
  `);
}
