import type { Knex } from 'knex';

/** Whoever holds an API token with an end is told a week before, once. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE api_tokens ADD COLUMN end_told_at timestamptz');
}
