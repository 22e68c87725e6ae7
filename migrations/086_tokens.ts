import type { Knex } from 'knex';

/** Proofs that count once, and authorizations that were made from another one and end with it. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE seen_proofs (
      id_hash bytea PRIMARY KEY,
      expires_at timestamptz NOT NULL
    );
    CREATE INDEX seen_proofs_expires ON seen_proofs (expires_at);

    CREATE TABLE exchanged_grants (
      grant_id text PRIMARY KEY,
      from_grant_id text NOT NULL
    );
    CREATE INDEX exchanged_grants_from ON exchanged_grants (from_grant_id);

    CREATE FUNCTION end_exchanged_grants() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE made text;
    BEGIN
      FOR made IN SELECT grant_id FROM exchanged_grants WHERE from_grant_id = OLD.grant_id LOOP
        PERFORM end_grant(made);
      END LOOP;
      DELETE FROM exchanged_grants WHERE grant_id = OLD.grant_id;
      RETURN NULL;
    END $$;
    CREATE TRIGGER end_exchanged_grants AFTER DELETE ON oidc_artifacts FOR EACH ROW
      WHEN (OLD.kind = 'Grant') EXECUTE FUNCTION end_exchanged_grants();
  `);
}
