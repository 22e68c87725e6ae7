import type { Knex } from 'knex';

/** When a token was last touched, for clients that ask for it; tokens that ended long ago are swept by when they did. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE OR REPLACE VIEW auth_tokens AS
      SELECT id, user_id, name, created_at, last_used_at, expires_at, lifetime_hours, idle_hours, address,
             api_token_lives(api_tokens) AS is_active,
             greatest(created_at, last_used_at, revoked_at) AS modified_at
      FROM api_tokens;

    CREATE FUNCTION api_token_ended(token api_tokens) RETURNS timestamptz LANGUAGE sql STABLE AS $$
      SELECT least(token.revoked_at, token.expires_at,
        CASE WHEN coalesce(token.idle_hours, 0) > 0
          THEN coalesce(token.last_used_at, token.created_at) + token.idle_hours * interval '1 hour' END)
    $$;
  `);
}
