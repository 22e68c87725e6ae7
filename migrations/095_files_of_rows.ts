import type { Knex } from 'knex';

/** Test results hold a file. The row that a file belongs to is looked up when the file is asked for. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE test_result ADD attachment varchar(200);
    CREATE INDEX test_result_attachment ON test_result (attachment) WHERE attachment IS NOT NULL;
    CREATE INDEX company_image ON company (image) WHERE image IS NOT NULL;
  `);
}
