import type { Knex } from 'knex';

/**
 * What search reads: tables that grow have a column with the text of their own searchable fields, which PostgreSQL keeps,
 * and one trigram index on it serves beginnings, parts and near misses of words alike. Fields behind references are
 * looked up where they are, so that renaming a part writes one row, however much stock there is of it.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    DO $$ BEGIN
      CREATE EXTENSION IF NOT EXISTS pg_trgm;
    EXCEPTION WHEN OTHERS THEN
      RAISE EXCEPTION USING ERRCODE = SQLSTATE, MESSAGE = SQLERRM ||
        '; search needs it: let an administrator run CREATE EXTENSION pg_trgm there, from PostgreSQL''s contrib modules';
    END $$;

    -- A row's searchable fields in lower case, one blank round each word, also the first and the last.
    CREATE FUNCTION search_text(fields text[]) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
    BEGIN
      RETURN ' ' || regexp_replace(lower(array_to_string(fields, ' ')), '\\s+', ' ', 'g') || ' ';
    END $$;

    ALTER TABLE host_hardware ADD search_text text GENERATED ALWAYS AS (search_text(ARRAY[name, details])) STORED;
    ALTER TABLE host ADD search_text text GENERATED ALWAYS AS (
      search_text(ARRAY[hostname, ip::text, serial_no, asset_no, details])) STORED;
    ALTER TABLE card ADD search_text text GENERATED ALWAYS AS (search_text(ARRAY[details, asset_no])) STORED;
    ALTER TABLE nic ADD search_text text GENERATED ALWAYS AS (search_text(ARRAY[mac::text, host(ip), model])) STORED;
    ALTER TABLE device_type ADD search_text text GENERATED ALWAYS AS (
      search_text(ARRAY[manufacturer, model, part_number, slug])) STORED;
    ALTER TABLE occupancy ADD search_text text GENERATED ALWAYS AS (search_text(ARRAY[comment])) STORED;
    ALTER TABLE bookable ADD search_text text GENERATED ALWAYS AS (search_text(ARRAY[comment])) STORED;
    ALTER TABLE users ADD search_text text GENERATED ALWAYS AS (
      search_text(ARRAY[username, first_name, last_name, email])) STORED;
    ALTER TABLE part_category ADD search_text text GENERATED ALWAYS AS (
      search_text(ARRAY[name, description, pathstring])) STORED;
    ALTER TABLE stock_location ADD search_text text GENERATED ALWAYS AS (
      search_text(ARRAY[name, description, pathstring] || tags)) STORED;
    ALTER TABLE part ADD search_text text GENERATED ALWAYS AS (
      search_text(ARRAY[ipn, name, description, keywords, revision] || tags)) STORED;
    ALTER TABLE stock_item ADD search_text text GENERATED ALWAYS AS (search_text(ARRAY[batch, serial] || tags)) STORED;
    ALTER TABLE stock_tracking ADD search_text text GENERATED ALWAYS AS (search_text(ARRAY[notes])) STORED;

    CREATE INDEX host_hardware_search ON host_hardware USING gin (search_text gin_trgm_ops);
    CREATE INDEX host_search ON host USING gin (search_text gin_trgm_ops);
    CREATE INDEX card_search ON card USING gin (search_text gin_trgm_ops);
    CREATE INDEX nic_search ON nic USING gin (search_text gin_trgm_ops);
    CREATE INDEX device_type_search ON device_type USING gin (search_text gin_trgm_ops);
    CREATE INDEX occupancy_search ON occupancy USING gin (search_text gin_trgm_ops);
    CREATE INDEX bookable_search ON bookable USING gin (search_text gin_trgm_ops);
    CREATE INDEX users_search ON users USING gin (search_text gin_trgm_ops);
    CREATE INDEX part_category_search ON part_category USING gin (search_text gin_trgm_ops);
    CREATE INDEX stock_location_search ON stock_location USING gin (search_text gin_trgm_ops);
    CREATE INDEX part_search ON part USING gin (search_text gin_trgm_ops);
    CREATE INDEX stock_item_search ON stock_item USING gin (search_text gin_trgm_ops);
    CREATE INDEX stock_tracking_search ON stock_tracking USING gin (search_text gin_trgm_ops);

    -- The views of bookings and reservations show the column as well.
    DO $$
    DECLARE kind text; shown text;
    BEGIN
      FOREACH kind IN ARRAY ARRAY['booking', 'reservation'] LOOP
        SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) INTO shown
          FROM pg_attribute WHERE attrelid = kind::regclass AND attnum > 0 AND NOT attisdropped;
        EXECUTE format('CREATE OR REPLACE VIEW %I AS SELECT %s, search_text FROM occupancy WHERE kind = %L WITH CHECK OPTION',
          kind, shown, kind);
      END LOOP;
    END $$;
  `);
}
