import type { Knex } from 'knex';

/**
 * What the provider issued ends with what it stands on: with its grant, with its person, with its application.
 * The grants are locked first, since whoever issues tokens under a grant holds that lock: their tokens are seen by
 * the deletion then, or they find the grant gone.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE FUNCTION end_grant(which text) RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
      PERFORM 1 FROM oidc_artifacts WHERE kind = 'Grant' AND grant_id = which FOR UPDATE;
      DELETE FROM oidc_artifacts WHERE grant_id = which;
    END $$;

    CREATE FUNCTION end_consent(person integer, application text) RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
      PERFORM 1 FROM oidc_artifacts
        WHERE kind = 'Grant' AND account_id = person::text AND client_id = application ORDER BY id_hash FOR UPDATE;
      DELETE FROM oidc_artifacts WHERE account_id = person::text AND client_id = application;
    END $$;

    CREATE FUNCTION end_everything_of(person integer) RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
      PERFORM 1 FROM oidc_artifacts WHERE kind = 'Grant' AND account_id = person::text ORDER BY id_hash FOR UPDATE;
      DELETE FROM oidc_artifacts WHERE account_id = person::text;
    END $$;

    CREATE FUNCTION end_everything_for(application text) RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
      PERFORM 1 FROM oidc_artifacts WHERE kind = 'Grant' AND client_id = application ORDER BY id_hash FOR UPDATE;
      DELETE FROM oidc_artifacts WHERE client_id = application;
    END $$;

    -- Whoever disables or deletes a person or an application, and by whatever way, this happens in the same transaction.
    CREATE FUNCTION person_ended() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      PERFORM end_everything_of(OLD.id);
      DELETE FROM sessions WHERE user_id = OLD.id;
      RETURN NULL;
    END $$;
    CREATE TRIGGER person_ended AFTER DELETE ON users FOR EACH ROW EXECUTE FUNCTION person_ended();
    CREATE TRIGGER person_disabled AFTER UPDATE OF is_active ON users FOR EACH ROW
      WHEN (OLD.is_active AND NOT NEW.is_active) EXECUTE FUNCTION person_ended();

    CREATE FUNCTION application_ended() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      PERFORM end_everything_for(OLD.client_id);
      RETURN NULL;
    END $$;
    CREATE TRIGGER application_ended AFTER DELETE ON applications FOR EACH ROW EXECUTE FUNCTION application_ended();
    CREATE TRIGGER application_disabled AFTER UPDATE OF enabled ON applications FOR EACH ROW
      WHEN (OLD.enabled AND NOT NEW.enabled) EXECUTE FUNCTION application_ended();
    -- Tokens that an application got for itself carry its service user's name.
    CREATE FUNCTION service_user_changed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      DELETE FROM oidc_artifacts WHERE kind = 'ClientCredentials' AND client_id = OLD.client_id;
      RETURN NULL;
    END $$;
    CREATE TRIGGER service_user_changed AFTER UPDATE OF service_user_id ON applications FOR EACH ROW
      WHEN (OLD.service_user_id IS DISTINCT FROM NEW.service_user_id) EXECUTE FUNCTION service_user_changed();
  `);
}
