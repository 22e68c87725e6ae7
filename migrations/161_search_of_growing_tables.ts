import type { Knex } from 'knex';

/** Parameters, test results, bills of materials and catalogue numbers grow with the parts: search finds them by an index. */
export async function up(knex: Knex): Promise<void> {
  const texts = {
    parameter: 'ARRAY[data, note]',
    test_result: 'ARRAY[value, notes]',
    bom_item: 'ARRAY[reference, note]',
    manufacturer_part: 'ARRAY[description, mpn] || tags',
    supplier_part: 'ARRAY[description, sku] || tags',
  };
  for (const [table, fields] of Object.entries(texts)) {
    await knex.raw(`
      ALTER TABLE ${table} ADD search_text text GENERATED ALWAYS AS (search_text(${fields})) STORED;
      CREATE INDEX ${table}_search ON ${table} USING gin (search_text gin_trgm_ops);
      CREATE INDEX ${table}_search_first ON ${table} ((left(search_text, 40) COLLATE "C"));
      ANALYZE ${table};
    `);
  }
}
