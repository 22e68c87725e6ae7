import type { Knex } from 'knex';

/** Which row each imported key became, so that the same file can be read again and finds its rows. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE import_keys (
      source varchar(30) NOT NULL,
      model varchar(60) NOT NULL,
      key integer NOT NULL,
      id integer NOT NULL,
      PRIMARY KEY (source, model, key)
    );
    CREATE UNIQUE INDEX import_keys_id ON import_keys (source, model, id);
  `);
}
