import type { Knex } from 'knex';

/**
 * What the provider issued in several requests is kept by one statement; and applications say by a number whether they
 * are still what somebody read, with their secrets and their service user.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE applications
      -- Another one with every change.
      ADD COLUMN version integer NOT NULL DEFAULT 1,
      -- Another one when it may ask for other tokens than before.
      ADD COLUMN limits integer NOT NULL DEFAULT 1;

    CREATE FUNCTION count_application_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      NEW.version := OLD.version + 1;
      IF (NEW.enabled, NEW.client_type, NEW.grant_types, NEW.allowed_scopes, NEW.service_user_id, NEW.require_dpop)
         IS DISTINCT FROM
         (OLD.enabled, OLD.client_type, OLD.grant_types, OLD.allowed_scopes, OLD.service_user_id, OLD.require_dpop) THEN
        NEW.limits := OLD.limits + 1;
      END IF;
      RETURN NEW;
    END $$;
    CREATE TRIGGER count_change BEFORE UPDATE ON applications FOR EACH ROW EXECUTE FUNCTION count_application_change();

    CREATE FUNCTION count_secret_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      UPDATE applications SET version = version WHERE id IN (OLD.application_id, NEW.application_id);
      RETURN NULL;
    END $$;
    CREATE TRIGGER count_change AFTER INSERT OR UPDATE OR DELETE ON application_secrets
      FOR EACH ROW EXECUTE FUNCTION count_secret_change();

    -- Its name comes before «person_disabled»: the applications are locked before what was issued to them ends.
    CREATE FUNCTION count_service_user_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      UPDATE applications SET version = version, limits = limits + 1 WHERE service_user_id = NEW.id;
      RETURN NULL;
    END $$;
    CREATE TRIGGER count_change AFTER UPDATE OF is_active, username ON users FOR EACH ROW
      WHEN ((OLD.is_active, OLD.username) IS DISTINCT FROM (NEW.is_active, NEW.username))
      EXECUTE FUNCTION count_service_user_change();

    -- Keeps what several requests issue, each whole or not at all, and says for each why not; null: it is kept.
    -- Locks come in the order in which whoever ends something takes them: applications, then grants by their hash.
    CREATE FUNCTION keep_issued(wanted jsonb) RETURNS text[] LANGUAGE plpgsql AS $$
    DECLARE
      known jsonb;
      live text[];
      one jsonb;
      refusal text;
      refusals text[] := '{}';
      puts jsonb := '[]';
      entries jsonb := '[]';
    BEGIN
      SELECT jsonb_object_agg(client_id, limits) INTO known FROM (
        SELECT client_id, limits FROM applications
         WHERE client_id IN (SELECT w ->> 'client' FROM jsonb_array_elements(wanted) w) AND enabled
         ORDER BY client_id FOR SHARE) a;
      IF jsonb_path_exists(wanted, '$[*].grants[*]') THEN
        SELECT array_agg(hash) INTO live FROM (
          SELECT encode(id_hash, 'hex') AS hash FROM oidc_artifacts
           WHERE kind = 'Grant'
             AND id_hash IN (SELECT decode(g ->> 0, 'hex') FROM jsonb_path_query(wanted, '$[*].grants[*]') g)
           ORDER BY id_hash FOR UPDATE) g;
      END IF;
      FOR one IN SELECT w FROM jsonb_array_elements(wanted) w LOOP
        refusal := CASE
          WHEN known -> (one ->> 'client') IS NULL THEN 'client'
          WHEN known -> (one ->> 'client') <> one -> 'limits' THEN 'changed'
          WHEN EXISTS (SELECT FROM jsonb_array_elements_text(one -> 'grants') g WHERE live IS NULL OR g <> ALL (live)) THEN 'grant'
        END;
        IF refusal IS NULL AND jsonb_typeof(one -> 'use') = 'object' THEN
          UPDATE oidc_artifacts SET consumed_at = now()
           WHERE kind = one -> 'use' ->> 'kind' AND id_hash = decode(one -> 'use' ->> 'id_hash', 'hex')
             AND consumed_at IS NULL;
          IF NOT FOUND THEN refusal := 'used'; END IF;
        END IF;
        IF refusal IS NULL THEN
          puts := puts || (one -> 'puts');
          entries := entries || (one -> 'entries');
        END IF;
        refusals := array_append(refusals, refusal);
      END LOOP;
      IF puts <> '[]' THEN
        INSERT INTO oidc_artifacts AS a
          (kind, id_hash, payload, grant_id, account_id, client_id, user_code, is_jwt, expires_at)
          SELECT kind, decode(id_hash, 'hex'), payload, grant_id, account_id, client_id, user_code, is_jwt,
                 coalesce(to_timestamp(ends), now() + make_interval(secs => seconds))
            FROM jsonb_to_recordset(puts) AS p (kind text, id_hash text, payload jsonb, grant_id text, account_id text,
                   client_id text, user_code text, is_jwt boolean, ends float8, seconds float8)
          ON CONFLICT (kind, id_hash) DO UPDATE SET
            payload = EXCLUDED.payload, grant_id = EXCLUDED.grant_id, account_id = EXCLUDED.account_id,
            client_id = EXCLUDED.client_id, user_code = coalesce(EXCLUDED.user_code, a.user_code),
            expires_at = EXCLUDED.expires_at;
      END IF;
      IF entries <> '[]' THEN
        INSERT INTO audit_entries (actor_id, actor, acting_as_id, acting_as, proof, application, token_id, address,
                                   action, resource, object_id, changes)
          SELECT actor_id, actor, acting_as_id, acting_as, proof, application, token_id, address,
                 action, resource, object_id, changes::jsonb
            FROM jsonb_to_recordset(entries) AS e (actor_id integer, actor text, acting_as_id integer, acting_as text,
                   proof text, application text, token_id integer, address inet, action text, resource text,
                   object_id text, changes text);
      END IF;
      RETURN refusals;
    END $$;
  `);
}
