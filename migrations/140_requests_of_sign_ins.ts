import type { Knex } from 'knex';

/**
 * By which request somebody signed in, for clients that ask for it. It stands among an entry's changes, which its seal
 * covers already; older entries have none.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE OR REPLACE VIEW auth_log_records AS
      SELECT id, at, CASE WHEN object_id ~ '^[0-9]{1,9}$' THEN object_id::integer END AS user_id, token_id AS auth_token_id, address, proof,
             action = 'sign_in_refused' AS is_denied,
             changes #>> '{request_method,new}' AS request_method,
             changes #>> '{request_path,new}' AS request_url
      FROM audit_entries WHERE action IN ('sign_in', 'sign_in_refused') AND resource = 'user';
  `);
}
