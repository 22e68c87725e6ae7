import type { Knex } from 'knex';

/** Who the beginnings of MAC addresses belong to, from the IEEE's registers as somebody imported them. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE mac_vendor (
      prefix varchar(9) PRIMARY KEY CHECK (prefix ~ '^([0-9a-f]{6}|[0-9a-f]{7}|[0-9a-f]{9})$'),
      vendor varchar(300) NOT NULL CHECK (vendor <> '')
    );

    -- The longest beginning counts: large blocks are given on in smaller ones.
    CREATE FUNCTION mac_vendor_of(mac macaddr) RETURNS text LANGUAGE sql STABLE AS $$
      SELECT coalesce((
        SELECT vendor FROM mac_vendor, replace(mac::text, ':', '') AS hex
        WHERE prefix IN (left(hex, 6), left(hex, 7), left(hex, 9)) ORDER BY length(prefix) DESC LIMIT 1), 'unknown')
    $$;
  `);
}
