import type { Knex } from 'knex';

/**
 * What must hold of people whoever writes: there is always a superuser who can sign in, API tokens end with the
 * deactivation of their person (as sessions and grants do), and every group has a ruleset for every role.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE FUNCTION keep_a_superuser() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF OLD.is_superuser AND OLD.is_active AND NOT OLD.is_service
         AND (TG_OP = 'DELETE' OR NOT (NEW.is_superuser AND NEW.is_active) OR NEW.is_service) THEN
        -- One after the other, so that the last two can't step down in the same moment.
        PERFORM pg_advisory_xact_lock(20, TG_RELID::integer);
        IF NOT EXISTS (SELECT FROM users WHERE is_superuser AND is_active AND NOT is_service) THEN
          RAISE EXCEPTION 'the last superuser' USING ERRCODE = 'check_violation', CONSTRAINT = 'users_last_superuser', TABLE = 'users';
        END IF;
      END IF;
      RETURN NULL;
    END $$;
    CREATE TRIGGER keep_a_superuser AFTER DELETE OR UPDATE OF is_superuser, is_active, is_service ON users
      FOR EACH ROW EXECUTE FUNCTION keep_a_superuser();

    -- Whoever comes back after a deactivation makes new API tokens; the old ones stay dead.
    CREATE FUNCTION end_api_tokens() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      UPDATE api_tokens SET revoked_at = now() WHERE user_id = NEW.id AND revoked_at IS NULL;
      RETURN NULL;
    END $$;
    CREATE TRIGGER end_api_tokens AFTER UPDATE OF is_active ON users FOR EACH ROW
      WHEN (OLD.is_active AND NOT NEW.is_active) EXECUTE FUNCTION end_api_tokens();

    CREATE FUNCTION rulesets_of_group() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO rulesets (group_id, name)
      SELECT NEW.id, role FROM unnest(ARRAY['admin', 'location', 'host', 'booking', 'part_category', 'part', 'stock_location', 'stock']) AS role
      ON CONFLICT DO NOTHING;
      RETURN NULL;
    END $$;
    INSERT INTO rulesets (group_id, name)
      SELECT groups.id, role FROM groups, unnest(ARRAY['admin', 'location', 'host', 'booking', 'part_category', 'part', 'stock_location', 'stock']) AS role
      ON CONFLICT DO NOTHING;
    CREATE TRIGGER rulesets_of_group AFTER INSERT ON groups FOR EACH ROW EXECUTE FUNCTION rulesets_of_group();

    -- Whoever can be named as responsible for something: people and groups in one list, with ids of their own.
    CREATE VIEW owners AS
      SELECT id * 2 AS id, id AS owner_id, 'user' AS owner_model, username AS name,
             coalesce(nullif(concat_ws(' ', nullif(first_name, ''), nullif(last_name, '')), ''), username)::text AS label,
             is_active
      FROM users WHERE NOT is_service
      UNION ALL
      SELECT id * 2 + 1, id, 'group', name, name, true FROM groups;
  `);
}
