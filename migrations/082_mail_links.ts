import type { Knex } from 'knex';

/**
 * Mail addresses count when their person has shown that they read what comes there, by a link in a letter. A link is an
 * id and a MAC of it: what stands here opens nothing.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE users ADD COLUMN email_verified_at timestamptz;
    CREATE FUNCTION email_changed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF NEW.email_verified_at IS NOT DISTINCT FROM OLD.email_verified_at THEN
        NEW.email_verified_at := NULL;
      END IF;
      RETURN NEW;
    END $$;
    CREATE TRIGGER email_changed BEFORE UPDATE OF email ON users FOR EACH ROW
      WHEN (lower(OLD.email) <> lower(NEW.email)) EXECUTE FUNCTION email_changed();

    CREATE TABLE mail_links (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      user_id integer NOT NULL REFERENCES users ON DELETE CASCADE,
      purpose varchar(20) NOT NULL CHECK (purpose IN ('reset', 'invitation', 'address')),
      -- Where it was sent: it proves that address and no other.
      email varchar(254) NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      expires_at timestamptz NOT NULL,
      used_at timestamptz
    );
    CREATE INDEX mail_links_user ON mail_links (user_id, purpose);
    CREATE INDEX mail_links_expires ON mail_links (expires_at);

    -- Whoever sets a password by one link, or by the old password, has no use for the others.
    CREATE FUNCTION links_of_old_password() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      UPDATE mail_links SET used_at = now() WHERE user_id = NEW.id AND purpose IN ('reset', 'invitation') AND used_at IS NULL;
      RETURN NULL;
    END $$;
    CREATE TRIGGER links_of_old_password AFTER UPDATE OF password_changed_at ON users FOR EACH ROW
      WHEN (OLD.password_changed_at IS DISTINCT FROM NEW.password_changed_at) EXECUTE FUNCTION links_of_old_password();
  `);
}
