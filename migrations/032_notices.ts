import type { Knex } from 'knex';

/** What people are told when they look in. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE notice (
      id serial PRIMARY KEY,
      title varchar(120) NOT NULL CHECK (title <> ''),
      message text NOT NULL CHECK (message <> ''),
      style varchar(10) NOT NULL DEFAULT 'info'
        CHECK (style IN ('primary', 'secondary', 'success', 'danger', 'warning', 'info', 'light', 'dark')),
      priority integer NOT NULL DEFAULT 2 CHECK (priority BETWEEN 0 AND 4),
      timestamp timestamptz NOT NULL DEFAULT now(),
      user_id integer REFERENCES users ON DELETE SET NULL,
      -- Without its group a notice would be for everybody; so a group stays while notices are for it.
      target_id integer REFERENCES groups,
      expires timestamptz,
      visible boolean NOT NULL DEFAULT true
    );
    CREATE INDEX notice_user ON notice (user_id);
    CREATE INDEX notice_target ON notice (target_id);
    CREATE INDEX notice_expires ON notice (expires);
  `);
}
