import type { Knex } from 'knex';

/**
 * People take scopes away from what an application may do. Nothing that is issued at that moment holds more than what
 * is left: neither an access token more than its grant, nor a new grant more than the one that it was remembered from.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE FUNCTION kept_scope(scope text, kept text[]) RETURNS text LANGUAGE sql IMMUTABLE AS $$
      SELECT coalesce(string_agg(s, ' ' ORDER BY n), '')
        FROM unnest(string_to_array(scope, ' ')) WITH ORDINALITY AS u (s, n) WHERE s = ANY (kept)
    $$;

    CREATE FUNCTION resource_scopes(grant_payload jsonb) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
      SELECT string_to_array(string_agg(value, ' '), ' ') FROM jsonb_each_text(grant_payload -> 'resources')
    $$;

    -- Whoever stores these holds the lock of the grant already, so what is read here is what holds.
    CREATE FUNCTION hold_within_grant() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
      of_grants CONSTANT text := 'Grant';
      held text[];
      agreed text[];
    BEGIN
      IF NEW.kind = of_grants THEN
        held := string_to_array(NEW.payload #>> '{openid,scope}', ' ');
        SELECT string_to_array(payload #>> '{openid,scope}', ' ') INTO agreed FROM oidc_artifacts
         WHERE kind = of_grants AND id_hash = decode(NEW.payload ->> 'remembered', 'hex');
      ELSE
        held := string_to_array(NEW.payload ->> 'scope', ' ');
        SELECT resource_scopes(payload) INTO agreed FROM oidc_artifacts
         WHERE kind = of_grants AND id_hash = sha256(convert_to(NEW.grant_id, 'UTF8'));
      END IF;
      IF NOT held <@ agreed THEN
        RAISE EXCEPTION 'more than what was agreed to' USING ERRCODE = 'check_violation', CONSTRAINT = 'within_grant';
      END IF;
      RETURN NULL;
    END $$;
    CREATE TRIGGER tokens_within_grant AFTER INSERT ON oidc_artifacts FOR EACH ROW
      WHEN (NEW.kind = 'AccessToken' AND NEW.grant_id IS NOT NULL) EXECUTE FUNCTION hold_within_grant();
    CREATE TRIGGER grants_within_memory AFTER INSERT ON oidc_artifacts FOR EACH ROW
      WHEN (NEW.kind = 'Grant' AND NEW.payload ->> 'remembered' IS NOT NULL) EXECUTE FUNCTION hold_within_grant();

    -- Leaves an application these scopes of what a person agreed to; what holds others ends, in all processes at commit.
    -- Without «offline_access» it stays connected no longer.
    CREATE FUNCTION narrow_consent(person integer, application text, kept text[]) RETURNS void LANGUAGE plpgsql AS $$
    DECLARE
      which text;
      narrowed text[];
      staying text[];
    BEGIN
      PERFORM 1 FROM oidc_artifacts
        WHERE kind = 'Grant' AND account_id = person::text AND client_id = application ORDER BY id_hash FOR UPDATE;
      SELECT coalesce(array_agg(grant_id), '{}'),
             coalesce(array_agg(grant_id) FILTER (
               WHERE 'offline_access' = ANY (string_to_array(payload #>> '{openid,scope}', ' '))), '{}')
        INTO narrowed, staying FROM oidc_artifacts g
       WHERE kind = 'Grant' AND account_id = person::text AND client_id = application
         AND NOT EXISTS (SELECT FROM exchanged_grants e WHERE e.grant_id = g.grant_id);
      UPDATE oidc_artifacts SET payload = payload || jsonb_build_object(
          'openid', (payload -> 'openid') || jsonb_build_object('scope', kept_scope(payload #>> '{openid,scope}', kept)),
          'resources', (SELECT coalesce(jsonb_object_agg(key, kept_scope(value, kept)), '{}')
                          FROM jsonb_each_text(payload -> 'resources')))
       WHERE kind = 'Grant' AND grant_id = ANY (narrowed);
      UPDATE oidc_artifacts SET payload = payload || jsonb_build_object('scope', kept_scope(payload ->> 'scope', kept))
       WHERE grant_id = ANY (narrowed) AND kind IN ('AuthorizationCode', 'DeviceCode', 'RefreshToken');
      DELETE FROM oidc_artifacts
       WHERE grant_id = ANY (narrowed) AND kind = 'AccessToken' AND NOT string_to_array(payload ->> 'scope', ' ') <@ kept;
      IF 'offline_access' <> ALL (kept) THEN
        DELETE FROM oidc_artifacts WHERE grant_id = ANY (staying) AND kind = 'RefreshToken';
      END IF;
      FOR which IN
        SELECT e.grant_id FROM exchanged_grants e
          JOIN oidc_artifacts g ON g.kind = 'Grant' AND g.grant_id = e.grant_id
         WHERE e.from_grant_id = ANY (narrowed) AND NOT resource_scopes(g.payload) <@ kept
        UNION ALL
        SELECT grant_id FROM oidc_artifacts
         WHERE kind = 'Grant' AND grant_id = ANY (narrowed) AND payload #>> '{openid,scope}' = ''
      LOOP
        PERFORM end_grant(which);
      END LOOP;
    END $$;
  `);
}
