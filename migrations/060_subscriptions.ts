import type { Knex } from 'knex';

/** Who follows what: rows of any resource, so the other end is no foreign key. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE subscriptions (
      user_id integer NOT NULL REFERENCES users ON DELETE CASCADE,
      resource varchar(50) NOT NULL,
      object_id bigint NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (resource, object_id, user_id)
    );
    CREATE INDEX subscriptions_user ON subscriptions (user_id);
  `);
}
