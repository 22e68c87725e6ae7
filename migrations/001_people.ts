import type { Knex } from 'knex';

/** People, groups, what groups may do, and the feed that tells every process when any of that changes. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE users (
      id serial PRIMARY KEY,
      username varchar(150) NOT NULL CHECK (username <> ''),
      first_name varchar(150) NOT NULL DEFAULT '',
      last_name varchar(150) NOT NULL DEFAULT '',
      email varchar(254) NOT NULL DEFAULT '',
      password text,
      is_active boolean NOT NULL DEFAULT true,
      is_staff boolean NOT NULL DEFAULT false,
      is_superuser boolean NOT NULL DEFAULT false,
      is_service boolean NOT NULL DEFAULT false,
      date_joined timestamptz NOT NULL DEFAULT now(),
      last_login timestamptz,
      password_changed_at timestamptz
    );
    CREATE UNIQUE INDEX users_username ON users (lower(username));
    CREATE INDEX users_email ON users (lower(email));

    CREATE TABLE groups (
      id serial PRIMARY KEY,
      name varchar(150) NOT NULL CHECK (name <> '')
    );
    CREATE UNIQUE INDEX groups_name ON groups (lower(name));

    CREATE TABLE user_groups (
      user_id integer NOT NULL REFERENCES users ON DELETE CASCADE,
      group_id integer NOT NULL REFERENCES groups ON DELETE CASCADE,
      PRIMARY KEY (user_id, group_id)
    );
    CREATE INDEX user_groups_group ON user_groups (group_id);

    CREATE TABLE rulesets (
      id serial PRIMARY KEY,
      group_id integer NOT NULL REFERENCES groups ON DELETE CASCADE,
      name varchar(50) NOT NULL,
      can_view boolean NOT NULL DEFAULT false,
      can_add boolean NOT NULL DEFAULT false,
      can_change boolean NOT NULL DEFAULT false,
      can_delete boolean NOT NULL DEFAULT false,
      UNIQUE (group_id, name)
    );

    -- Adding or deleting takes changing, and each of them takes viewing.
    CREATE FUNCTION ruleset_implies() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      NEW.can_change := NEW.can_change OR NEW.can_add OR NEW.can_delete;
      NEW.can_view := NEW.can_view OR NEW.can_change;
      RETURN NEW;
    END $$;
    CREATE TRIGGER ruleset_implies BEFORE INSERT OR UPDATE ON rulesets FOR EACH ROW EXECUTE FUNCTION ruleset_implies();

    -- Whoever changes what a person may do, and by whatever way, every process hears of it at commit.
    CREATE FUNCTION tell_person_changed() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE person integer;
    BEGIN
      -- A branch each: PL/pgSQL plans an expression only when it is reached, and only one of the tables has the column.
      IF TG_TABLE_NAME = 'user_groups' THEN
        person := CASE WHEN TG_OP = 'DELETE' THEN OLD.user_id ELSE NEW.user_id END;
      ELSE
        person := CASE WHEN TG_OP = 'DELETE' THEN OLD.id ELSE NEW.id END;
      END IF;
      PERFORM pg_notify('quartermaster', json_build_object('person', person)::text);
      RETURN NULL;
    END $$;
    CREATE FUNCTION tell_roles_changed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      PERFORM pg_notify('quartermaster', '{"people":"all"}');
      RETURN NULL;
    END $$;
    CREATE TRIGGER tell_person_changed AFTER DELETE OR UPDATE OF username, first_name, last_name, email, password, is_active, is_staff, is_superuser
      ON users FOR EACH ROW EXECUTE FUNCTION tell_person_changed();
    CREATE TRIGGER tell_person_changed AFTER INSERT OR UPDATE OR DELETE ON user_groups FOR EACH ROW EXECUTE FUNCTION tell_person_changed();
    CREATE TRIGGER tell_roles_changed AFTER INSERT OR UPDATE OR DELETE ON rulesets FOR EACH STATEMENT EXECUTE FUNCTION tell_roles_changed();
    CREATE TRIGGER tell_roles_changed AFTER UPDATE OR DELETE ON groups FOR EACH STATEMENT EXECUTE FUNCTION tell_roles_changed();
  `);
}
