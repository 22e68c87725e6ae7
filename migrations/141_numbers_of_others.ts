import type { Knex } from 'knex';

/**
 * A part is found by what suppliers and manufacturers call it. The part keeps their numbers, so that one index still
 * serves the whole search.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE part ADD numbers_of_others text NOT NULL DEFAULT '';

    CREATE FUNCTION note_numbers_of_others(which integer) RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
      -- First the lock, then a look: whoever wrote another number at the same moment is seen, or waits.
      PERFORM FROM part WHERE id = which FOR NO KEY UPDATE;
      UPDATE part SET numbers_of_others = noted.numbers
        FROM (SELECT coalesce(string_agg(number, ' ' ORDER BY number), '') AS numbers
                FROM (SELECT sku AS number FROM supplier_part WHERE part_id = which
                      UNION SELECT mpn FROM manufacturer_part WHERE part_id = which AND mpn <> '') AS each) AS noted
       WHERE id = which AND numbers_of_others <> noted.numbers;
    END $$;
    CREATE FUNCTION numbers_of_others_changed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP <> 'INSERT' THEN PERFORM note_numbers_of_others(OLD.part_id); END IF;
      IF TG_OP = 'INSERT' OR TG_OP = 'UPDATE' AND NEW.part_id <> OLD.part_id THEN
        PERFORM note_numbers_of_others(NEW.part_id);
      END IF;
      RETURN NULL;
    END $$;
    CREATE TRIGGER numbers_of_others_changed AFTER INSERT OR DELETE OR UPDATE OF part_id, sku ON supplier_part
      FOR EACH ROW EXECUTE FUNCTION numbers_of_others_changed();
    CREATE TRIGGER numbers_of_others_changed AFTER INSERT OR DELETE OR UPDATE OF part_id, mpn ON manufacturer_part
      FOR EACH ROW EXECUTE FUNCTION numbers_of_others_changed();
    SELECT note_numbers_of_others(part_id)
      FROM (SELECT part_id FROM supplier_part UNION SELECT part_id FROM manufacturer_part) AS numbered;

    ALTER TABLE part DROP search_text;
    ALTER TABLE part ADD search_text text GENERATED ALWAYS AS (
      search_text(ARRAY[ipn, name, description, keywords, revision, numbers_of_others] || tags)) STORED;
    CREATE INDEX part_search ON part USING gin (search_text gin_trgm_ops);
    CREATE INDEX part_search_first ON part ((left(search_text, 40) COLLATE "C"));
    ANALYZE part;
  `);
}
