import type { Knex } from 'knex';

/**
 * Whatever ends a browser's session ends the provider's session of that browser, and each application that was signed
 * in to through it is told; the telling waits here until it is done.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE sessions ADD COLUMN provider_uid text;

    CREATE TABLE logout_notices (
      id bigserial PRIMARY KEY,
      client_id varchar(100) NOT NULL REFERENCES applications (client_id) ON DELETE CASCADE,
      account_id text NOT NULL,
      sid text NOT NULL,
      session_uid text NOT NULL,
      -- The library gives a session another id by deleting and storing it anew; a moment later it is clear which it was.
      due_at timestamptz NOT NULL DEFAULT now() + interval '1 second',
      attempts integer NOT NULL DEFAULT 0
    );
    CREATE INDEX logout_notices_due ON logout_notices (due_at);

    CREATE FUNCTION end_provider_session() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      DELETE FROM oidc_artifacts WHERE kind = 'Session' AND uid = OLD.provider_uid;
      RETURN NULL;
    END $$;
    CREATE TRIGGER end_provider_session AFTER DELETE ON sessions FOR EACH ROW
      WHEN (OLD.provider_uid IS NOT NULL) EXECUTE FUNCTION end_provider_session();

    CREATE FUNCTION note_logouts() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO logout_notices (client_id, account_id, sid, session_uid)
        SELECT a.client_id, OLD.payload ->> 'accountId', signed_in.value ->> 'sid', OLD.uid
          FROM jsonb_each(OLD.payload -> 'authorizations') signed_in
          JOIN applications a ON a.client_id = signed_in.key AND a.enabled AND a.backchannel_logout_uri IS NOT NULL
         WHERE signed_in.value ->> 'sid' IS NOT NULL;
      IF FOUND THEN PERFORM pg_notify('quartermaster', '{"logout":"due"}'); END IF;
      RETURN NULL;
    END $$;
    CREATE TRIGGER note_logouts AFTER DELETE ON oidc_artifacts FOR EACH ROW
      WHEN (OLD.kind = 'Session' AND OLD.expires_at > now() AND jsonb_typeof(OLD.payload -> 'authorizations') = 'object'
            AND OLD.payload ->> 'accountId' IS NOT NULL)
      EXECUTE FUNCTION note_logouts();
  `);
}
