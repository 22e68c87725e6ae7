import type { Knex } from 'knex';

/**
 * For installations that let services run as a database role which owns nothing: gives that role what they take, and of
 * the audit trail no more than adding and reading: months are dropped by the owner. Called by the owner, after each
 * migration.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE FUNCTION let_role_serve(role text) RETURNS void LANGUAGE plpgsql AS $$
    DECLARE
      here text := current_schema();
      audited text;
    BEGIN
      EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', here, role);
      EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I TO %I', here, role);
      EXECUTE format('GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA %I TO %I', here, role);
      EXECUTE format('GRANT EXECUTE ON FUNCTION make_audit_months(integer) TO %I', role);
      EXECUTE format('REVOKE ALL ON audit_entries, audit_seals FROM %I', role);
      EXECUTE format('GRANT SELECT, INSERT ON audit_entries, audit_seals TO %I', role);
      FOR audited IN SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'audit_entries'::regclass LOOP
        EXECUTE format('REVOKE ALL ON %s FROM %I', audited, role);
      END LOOP;
    END $$;
    REVOKE ALL ON FUNCTION let_role_serve(text) FROM PUBLIC;
  `);
}
