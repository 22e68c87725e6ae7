import type { Knex } from 'knex';

/**
 * Second factors, and who has to have one. Whoever has one, or has to, only has sessions that were opened with one: a
 * session that was not is none any more, whatever made the difference.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE sign_ins DROP COLUMN sealed_secret;

    CREATE TABLE authenticator_apps (
      user_id integer PRIMARY KEY REFERENCES users ON DELETE CASCADE,
      sealed_secret bytea NOT NULL,
      -- The 30 seconds since 1970 whose code was used last; none before or of them is taken again.
      last_step bigint NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      last_used_at timestamptz
    );
    CREATE TABLE passkeys (
      id serial PRIMARY KEY,
      user_id integer NOT NULL REFERENCES users ON DELETE CASCADE,
      name varchar(100) NOT NULL,
      credential_id text NOT NULL UNIQUE,
      public_key bytea NOT NULL,
      counter bigint NOT NULL,
      transports text[] NOT NULL,
      -- It may be on several devices of its person.
      synced boolean NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      last_used_at timestamptz
    );
    CREATE INDEX passkeys_user ON passkeys (user_id);
    CREATE TABLE recovery_codes (
      user_id integer NOT NULL REFERENCES users ON DELETE CASCADE,
      code_hash bytea NOT NULL,
      used_at timestamptz,
      PRIMARY KEY (user_id, code_hash)
    );
    -- Challenges that were answered; until their end they are not taken again.
    CREATE TABLE answered_challenges (
      challenge_hash bytea PRIMARY KEY,
      expires_at timestamptz NOT NULL
    );
    CREATE INDEX answered_challenges_expires ON answered_challenges (expires_at);

    CREATE TABLE second_factor_policies (
      id serial PRIMARY KEY,
      -- Null: everybody.
      group_id integer REFERENCES groups ON DELETE CASCADE,
      level varchar(20) NOT NULL CHECK (level IN ('off', 'offered', 'superusers', 'required'))
    );
    CREATE UNIQUE INDEX second_factor_policies_group ON second_factor_policies (coalesce(group_id, 0));
    INSERT INTO second_factor_policies (group_id, level) VALUES (NULL, 'offered');

    CREATE FUNCTION has_second_factor(person integer) RETURNS boolean STABLE LANGUAGE sql AS $$
      SELECT EXISTS (SELECT FROM authenticator_apps WHERE user_id = person)
          OR EXISTS (SELECT FROM passkeys WHERE user_id = person)
    $$;
    -- The strictest of what holds for everybody and for each of their groups.
    CREATE FUNCTION second_factor_policy(person integer) RETURNS text STABLE LANGUAGE sql AS $$
      SELECT coalesce((ARRAY['off', 'offered', 'superusers', 'required'])[max(array_position(ARRAY['off', 'offered', 'superusers', 'required'], level::text))], 'off')
        FROM second_factor_policies p
       WHERE p.group_id IS NULL OR EXISTS (SELECT FROM user_groups g WHERE g.group_id = p.group_id AND g.user_id = person)
    $$;
    CREATE FUNCTION must_have_second_factor(person integer) RETURNS boolean STABLE LANGUAGE sql AS $$
      SELECT CASE second_factor_policy(person)
        WHEN 'required' THEN true
        WHEN 'superusers' THEN (SELECT is_superuser FROM users WHERE id = person)
        ELSE false END
    $$;
    CREATE FUNCTION needs_second_factor(person integer) RETURNS boolean STABLE LANGUAGE sql AS $$
      SELECT has_second_factor(person) OR must_have_second_factor(person)
    $$;

    -- Passwords that were found right are remembered for a moment: every process hears when one is no longer enough.
    CREATE FUNCTION tell_factors_changed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      PERFORM pg_notify('quartermaster', json_build_object('person', CASE WHEN TG_OP = 'DELETE' THEN OLD.user_id ELSE NEW.user_id END)::text);
      RETURN NULL;
    END $$;
    CREATE TRIGGER tell_factors_changed AFTER INSERT OR DELETE ON authenticator_apps FOR EACH ROW EXECUTE FUNCTION tell_factors_changed();
    CREATE TRIGGER tell_factors_changed AFTER INSERT OR DELETE ON passkeys FOR EACH ROW EXECUTE FUNCTION tell_factors_changed();
    CREATE TRIGGER tell_policies_changed AFTER INSERT OR UPDATE OR DELETE ON second_factor_policies FOR EACH STATEMENT EXECUTE FUNCTION tell_roles_changed();
  `);
}
