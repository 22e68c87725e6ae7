import type { Knex } from 'knex';

/** The image that a file belongs to is looked up when the file is asked for. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('CREATE INDEX part_image ON part (image) WHERE image IS NOT NULL');
}
