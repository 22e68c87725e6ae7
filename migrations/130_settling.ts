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

    -- Looks several things up by their keys, each with the grant that it was issued under. Row by row, and a grant by a
    -- variable: a plan that was made while there were few rows must not read them all, nor all grants by an index of
    -- theirs, when there are many.
    CREATE FUNCTION find_issued(kinds text[], hashes text[]) RETURNS TABLE (payload jsonb, is_jwt boolean,
      consumed_at timestamptz, account_id text, grant_payload jsonb, grant_hash text)
    LANGUAGE plpgsql STABLE SET enable_seqscan = off AS $$
    DECLARE
      of_grants CONSTANT text := 'Grant';
      its_grant bytea;
    BEGIN
      FOR n IN 1 .. cardinality(kinds) LOOP
        SELECT a.payload, a.is_jwt, a.consumed_at, a.account_id, sha256(convert_to(a.grant_id, 'UTF8'))
          INTO payload, is_jwt, consumed_at, account_id, its_grant
          FROM oidc_artifacts a WHERE a.kind = kinds[n] AND a.id_hash = decode(hashes[n], 'hex');
        grant_payload := NULL;
        grant_hash := NULL;
        IF its_grant IS NOT NULL AND kinds[n] <> of_grants THEN
          SELECT g.payload, encode(g.id_hash, 'hex') INTO grant_payload, grant_hash
            FROM oidc_artifacts g WHERE g.kind = of_grants AND g.id_hash = its_grant;
        END IF;
        RETURN NEXT;
      END LOOP;
    END $$;

    -- Keeps what several requests issue, each whole or not at all, and says for each why not; null: it is kept.
    -- Locks come in the order in which whoever ends something takes them: sessions, applications, then grants by their
    -- hash. A session that somebody is ending at this moment counts as over; waiting for it could wait for ever.
    CREATE FUNCTION keep_issued(wanted jsonb) RETURNS text[] LANGUAGE plpgsql SET enable_seqscan = off AS $$
    DECLARE
      of_grants CONSTANT text := 'Grant';
      of_tokens CONSTANT text := 'AccessToken';
      open text[] := '{}';
      known jsonb := '{}';
      live text[] := '{}';
      one jsonb;
      which text;
      what text;
      refusal text;
      refusals text[] := '{}';
      puts jsonb := '[]';
      entries jsonb := '[]';
      drops jsonb := '[]';
    BEGIN
      FOR which IN SELECT DISTINCT w ->> 'session' FROM jsonb_array_elements(wanted) w LOOP
        PERFORM FROM sessions WHERE id = which::integer FOR KEY SHARE SKIP LOCKED;
        IF FOUND THEN open := array_append(open, which); END IF;
      END LOOP;
      FOR which IN SELECT DISTINCT w ->> 'client' FROM jsonb_array_elements(wanted) w ORDER BY 1 LOOP
        PERFORM FROM applications WHERE client_id = which AND enabled FOR SHARE;
        IF FOUND THEN
          known := known || jsonb_build_object(which, (SELECT limits FROM applications WHERE client_id = which AND enabled));
        END IF;
      END LOOP;
      FOR which IN SELECT DISTINCT g #>> '{}' FROM jsonb_path_query(wanted, '$[*].grants[*]') g ORDER BY 1 LOOP
        PERFORM FROM oidc_artifacts WHERE kind = of_grants AND id_hash = decode(which, 'hex') FOR UPDATE;
        IF FOUND THEN live := array_append(live, which); END IF;
      END LOOP;
      FOR one IN SELECT w FROM jsonb_array_elements(wanted) w LOOP
        refusal := CASE
          WHEN one ->> 'session' IS NOT NULL AND one ->> 'session' <> ALL (open) THEN 'session'
          WHEN one ->> 'client' IS NULL THEN NULL
          WHEN known -> (one ->> 'client') IS NULL THEN 'client'
          WHEN known -> (one ->> 'client') <> one -> 'limits' THEN 'changed'
          WHEN EXISTS (SELECT FROM jsonb_array_elements_text(one -> 'grants') g WHERE g <> ALL (live)) THEN 'grant'
          WHEN EXISTS (SELECT FROM jsonb_array_elements_text(one -> 'tokens') t WHERE NOT EXISTS (
            SELECT FROM oidc_artifacts WHERE kind = of_tokens AND id_hash = decode(t, 'hex'))) THEN 'grant'
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
          drops := drops || (one -> 'drops');
        END IF;
        refusals := array_append(refusals, refusal);
      END LOOP;
      -- A page opened several times at once gives one session as many new ids; the last one stays.
      FOR what, which, one IN
        SELECT p ->> 'kind', p ->> 'uid', p FROM jsonb_array_elements(puts) p WHERE p ->> 'uid' IS NOT NULL ORDER BY 1, 2
      LOOP
        PERFORM pg_advisory_xact_lock(hashtextextended(what || ' ' || which, 0));
        DELETE FROM oidc_artifacts WHERE kind = what AND uid = which AND id_hash <> decode(one ->> 'id_hash', 'hex');
      END LOOP;
      FOR what, which IN
        SELECT DISTINCT d ->> 'kind', d ->> 'id_hash' FROM jsonb_array_elements(drops) d ORDER BY 1, 2
      LOOP
        DELETE FROM oidc_artifacts WHERE kind = what AND id_hash = decode(which, 'hex');
      END LOOP;
      IF puts <> '[]' THEN
        -- Of several for one thing the last one counts.
        INSERT INTO oidc_artifacts AS a
          (kind, id_hash, payload, grant_id, account_id, client_id, uid, user_code, is_jwt, expires_at)
          SELECT DISTINCT ON (kind, id_hash)
                 kind, decode(id_hash, 'hex'), payload, grant_id, account_id, client_id, uid, user_code, is_jwt,
                 coalesce(to_timestamp(ends), now() + make_interval(secs => seconds))
            FROM ROWS FROM (jsonb_to_recordset(puts) AS (kind text, id_hash text, payload jsonb, grant_id text,
                   account_id text, client_id text, uid text, user_code text, is_jwt boolean, ends float8, seconds float8))
                 WITH ORDINALITY AS p (kind, id_hash, payload, grant_id, account_id, client_id, uid, user_code, is_jwt,
                   ends, seconds, n)
           ORDER BY kind, id_hash, n DESC
          ON CONFLICT (kind, id_hash) DO UPDATE SET
            payload = EXCLUDED.payload, grant_id = EXCLUDED.grant_id, account_id = EXCLUDED.account_id,
            client_id = EXCLUDED.client_id, uid = EXCLUDED.uid, user_code = coalesce(EXCLUDED.user_code, a.user_code),
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

    -- Sessions end first: an authorization on its way is waited for then, and what it issues ends too.
    CREATE OR REPLACE FUNCTION person_ended() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      DELETE FROM sessions WHERE user_id = OLD.id;
      PERFORM end_everything_of(OLD.id);
      RETURN NULL;
    END $$;
    CREATE OR REPLACE FUNCTION password_changed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      DELETE FROM sessions WHERE user_id = NEW.id;
      PERFORM end_everything_of(NEW.id);
      DELETE FROM sign_ins WHERE user_id = NEW.id;
      RETURN NULL;
    END $$;
  `);
}
