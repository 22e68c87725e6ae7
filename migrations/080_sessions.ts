import type { Knex } from 'knex';

/**
 * A session can be named without its secret, and gets a new id when its person proves anew who they are. Who has given
 * one proof of several waits in `sign_ins`: that is no session, and opens nothing.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE sessions ADD COLUMN id integer GENERATED ALWAYS AS IDENTITY UNIQUE;
    CREATE TRIGGER tell_session_rotated AFTER UPDATE OF id_hash ON sessions FOR EACH ROW
      WHEN (OLD.id_hash IS DISTINCT FROM NEW.id_hash) EXECUTE FUNCTION tell_session_ended();

    CREATE TABLE sign_ins (
      id_hash bytea PRIMARY KEY,
      user_id integer NOT NULL REFERENCES users ON DELETE CASCADE,
      amr text[] NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      expires_at timestamptz NOT NULL DEFAULT now() + interval '15 minutes',
      -- A factor that is being set up, sealed.
      sealed_secret bytea
    );
    CREATE INDEX sign_ins_user ON sign_ins (user_id);
    CREATE INDEX sign_ins_expires ON sign_ins (expires_at);

    -- Where somebody signed in before: a hash of device and network, so that a new one can be told to them.
    CREATE TABLE sign_in_places (
      user_id integer NOT NULL REFERENCES users ON DELETE CASCADE,
      place_hash bytea NOT NULL,
      last_seen_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (user_id, place_hash)
    );

    -- A new password ends what the old one opened, by whatever way it is set: sessions and connected applications.
    CREATE FUNCTION password_changed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      PERFORM end_everything_of(NEW.id);
      DELETE FROM sessions WHERE user_id = NEW.id;
      DELETE FROM sign_ins WHERE user_id = NEW.id;
      RETURN NULL;
    END $$;
    CREATE TRIGGER password_changed AFTER UPDATE OF password_changed_at ON users FOR EACH ROW
      WHEN (OLD.password_changed_at IS DISTINCT FROM NEW.password_changed_at) EXECUTE FUNCTION password_changed();
    CREATE FUNCTION sign_ins_ended() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      DELETE FROM sign_ins WHERE user_id = NEW.id;
      RETURN NULL;
    END $$;
    CREATE TRIGGER sign_ins_ended AFTER UPDATE OF is_active ON users FOR EACH ROW
      WHEN (OLD.is_active AND NOT NEW.is_active) EXECUTE FUNCTION sign_ins_ended();
  `);
}
