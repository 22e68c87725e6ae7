import type { Knex } from 'knex';

/** A superuser's session may stand in for somebody else until a moment; it stays the superuser's. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE sessions
      ADD COLUMN acting_as_id integer REFERENCES users ON DELETE SET NULL,
      ADD COLUMN acting_until timestamptz;

    -- Whom a session stands in for at this moment: never a superuser or a service user, and only while its own person is
    -- a superuser; null for nobody.
    CREATE FUNCTION stands_in_for(session sessions) RETURNS integer STABLE LANGUAGE sql AS $$
      SELECT somebody.id FROM users AS somebody, users AS superuser
       WHERE somebody.id = session.acting_as_id AND session.acting_until > now()
         AND somebody.is_active AND NOT somebody.is_superuser AND NOT somebody.is_service
         AND superuser.id = session.user_id AND superuser.is_superuser AND superuser.is_active
    $$;
  `);
}
