import type { Knex } from 'knex';

/**
 * What AtroCore's clients see of API tokens and sign-ins, tokens that end when nobody uses them, and what people
 * prefer.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE api_tokens
      ADD COLUMN lifetime_hours integer CHECK (lifetime_hours >= 0),
      -- Null or 0: it may rest as long as it likes.
      ADD COLUMN idle_hours integer CHECK (idle_hours >= 0),
      ADD COLUMN address inet;

    CREATE FUNCTION api_token_lives(token api_tokens) RETURNS boolean LANGUAGE sql STABLE AS $$
      SELECT token.revoked_at IS NULL AND (token.expires_at IS NULL OR token.expires_at > now())
        AND (coalesce(token.idle_hours, 0) = 0
          OR coalesce(token.last_used_at, token.created_at) > now() - token.idle_hours * interval '1 hour')
    $$;

    CREATE VIEW auth_tokens AS
      SELECT id, user_id, name, created_at, last_used_at, expires_at, lifetime_hours, idle_hours, address,
             api_token_lives(api_tokens) AS is_active
      FROM api_tokens;
    CREATE FUNCTION end_auth_token() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF OLD.is_active AND NOT NEW.is_active THEN
        UPDATE api_tokens SET revoked_at = now() WHERE id = OLD.id AND revoked_at IS NULL;
      END IF;
      RETURN NEW;
    END $$;
    CREATE TRIGGER end_auth_token INSTEAD OF UPDATE ON auth_tokens FOR EACH ROW EXECUTE FUNCTION end_auth_token();

    -- Tokens got by a password end with it.
    CREATE FUNCTION end_password_tokens() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      UPDATE api_tokens SET revoked_at = now() WHERE user_id = NEW.id AND spelling = 'atrocore' AND revoked_at IS NULL;
      RETURN NULL;
    END $$;
    CREATE TRIGGER end_password_tokens AFTER UPDATE OF password_changed_at ON users FOR EACH ROW
      WHEN (OLD.password_changed_at IS DISTINCT FROM NEW.password_changed_at) EXECUTE FUNCTION end_password_tokens();

    CREATE VIEW auth_log_records AS
      SELECT id, at, CASE WHEN object_id ~ '^[0-9]{1,9}$' THEN object_id::integer END AS user_id, token_id AS auth_token_id, address, proof,
             action = 'sign_in_refused' AS is_denied
      FROM audit_entries WHERE action IN ('sign_in', 'sign_in_refused') AND resource = 'user';
    CREATE INDEX audit_entries_sign_ins ON audit_entries (id DESC) WHERE action IN ('sign_in', 'sign_in_refused');

    CREATE TABLE preferences (
      user_id integer PRIMARY KEY REFERENCES users ON DELETE CASCADE,
      chosen jsonb NOT NULL DEFAULT '{}',
      modified_at timestamptz NOT NULL DEFAULT now()
    );
  `);
}
