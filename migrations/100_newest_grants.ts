import type { Knex } from 'knex';

/** What a person agreed to last with an application, however many grants they have: each authorization makes one. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE INDEX oidc_artifacts_newest_grant ON oidc_artifacts (account_id, client_id, created_at DESC)
      WHERE kind = 'Grant';
  `);
}
