import type { Knex } from 'knex';

/** Parts that do in place of the one that a bill of materials names. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE bom_substitute (
      id serial PRIMARY KEY,
      bom_item_id integer NOT NULL REFERENCES bom_item ON DELETE CASCADE,
      part_id integer NOT NULL REFERENCES part ON DELETE CASCADE,
      metadata jsonb NOT NULL DEFAULT '{}'
    );
    CREATE UNIQUE INDEX bom_substitute_identity ON bom_substitute (bom_item_id, part_id);
    CREATE INDEX bom_substitute_part ON bom_substitute (part_id);

    -- How much there is for a line of a bill of materials: of its part, of what may stand in, and of variants where allowed.
    CREATE FUNCTION bom_item_stock(item integer) RETURNS numeric LANGUAGE sql STABLE AS $$
      SELECT coalesce(sum(si.quantity), 0) FROM stock_item AS si
      WHERE si.in_stock AND si.part_id IN (
        SELECT bi.sub_part_id FROM bom_item AS bi WHERE bi.id = item
        UNION SELECT bs.part_id FROM bom_substitute AS bs WHERE bs.bom_item_id = item
        UNION SELECT part_variants(bi.sub_part_id) FROM bom_item AS bi WHERE bi.id = item AND bi.allow_variants)
    $$;
  `);
}
