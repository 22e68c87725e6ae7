import type { Knex } from 'knex';

/** The language that a person last used a page in: their letters are written in it. A letter keeps the one of whoever caused it, for readers who never used a page. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE users ADD language text;
    ALTER TABLE outbox ADD language text;
  `);
}
