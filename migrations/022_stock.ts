import type { Knex } from 'knex';

/** Stock: what there is of each part, where it lies, and what has happened to it. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE stock_item (
      id serial PRIMARY KEY,
      part_id integer NOT NULL REFERENCES part,
      quantity numeric(15, 5) NOT NULL CHECK (quantity >= 0),
      serial varchar(100) CHECK (serial <> ''),
      serial_int bigint GENERATED ALWAYS AS (CASE WHEN serial ~ '^[0-9]{1,18}$' THEN serial::bigint ELSE 0 END) STORED,
      batch varchar(100),
      location_id integer REFERENCES stock_location,
      parent_id integer REFERENCES stock_item ON DELETE SET NULL,
      belongs_to_id integer REFERENCES stock_item,
      status integer NOT NULL DEFAULT 10 CHECK (status IN (10, 50, 55, 60, 65, 70, 75, 85)),
      packaging varchar(50),
      link varchar(2000) NOT NULL DEFAULT '',
      notes varchar(50000),
      expiry_date date,
      stocktake_date date,
      delete_on_deplete boolean NOT NULL DEFAULT true,
      is_building boolean NOT NULL DEFAULT false,
      purchase_price numeric(19, 6) CHECK (purchase_price >= 0),
      purchase_price_currency varchar(3) NOT NULL DEFAULT 'USD',
      -- Keys in the system that the item came from, of things that are kept there: orders, builds, companies.
      supplier_part integer,
      customer integer,
      build integer,
      consumed_by integer,
      purchase_order integer,
      sales_order integer,
      creation_date timestamptz DEFAULT now(),
      updated timestamptz DEFAULT now(),
      barcode_data varchar(500) NOT NULL DEFAULT '',
      barcode_hash varchar(128) NOT NULL DEFAULT '',
      tags text[] NOT NULL DEFAULT '{}',
      metadata jsonb NOT NULL DEFAULT '{}',
      in_stock boolean GENERATED ALWAYS AS (
        quantity > 0 AND NOT is_building AND belongs_to_id IS NULL
        AND customer IS NULL AND consumed_by IS NULL AND sales_order IS NULL
      ) STORED,
      CONSTRAINT stock_item_not_in_itself CHECK (belongs_to_id <> id),
      CONSTRAINT stock_item_one_a_serial CHECK (serial IS NULL OR quantity IN (0, 1))
    );
    CREATE UNIQUE INDEX stock_item_serial ON stock_item (part_id, serial) WHERE serial IS NOT NULL;
    -- What the sums of a part's stock read, without touching the table.
    CREATE INDEX stock_item_in_stock ON stock_item (part_id) INCLUDE (quantity, location_id) WHERE in_stock;
    CREATE INDEX stock_item_part ON stock_item (part_id);
    CREATE INDEX stock_item_location ON stock_item (location_id);
    CREATE INDEX stock_item_parent ON stock_item (parent_id);
    CREATE INDEX stock_item_belongs_to ON stock_item (belongs_to_id);
    CREATE INDEX stock_item_batch ON stock_item (batch);

    CREATE TRIGGER refuse_structural_place BEFORE INSERT OR UPDATE OF location_id ON stock_item
      FOR EACH ROW EXECUTE FUNCTION refuse_structural_place('stock_location', 'location_id');
    CREATE TRIGGER refuse_filled_structural BEFORE UPDATE OF structural ON stock_location
      FOR EACH ROW EXECUTE FUNCTION refuse_filled_structural('stock_item', 'location_id');

    -- What is installed in something is not, by whatever way, installed in itself.
    CREATE FUNCTION refuse_installed_in_itself() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      PERFORM pg_advisory_xact_lock(20, TG_RELID::integer);
      IF EXISTS (
        WITH RECURSIVE around(id) AS (
          SELECT NEW.belongs_to_id
          UNION SELECT s.belongs_to_id FROM stock_item AS s JOIN around ON s.id = around.id
        ) SELECT FROM around WHERE id = NEW.id
      ) THEN
        RAISE EXCEPTION 'installed in itself'
          USING ERRCODE = 'check_violation', CONSTRAINT = 'stock_item_not_in_itself', TABLE = 'stock_item';
      END IF;
      RETURN NEW;
    END $$;
    CREATE TRIGGER refuse_installed_in_itself BEFORE UPDATE OF belongs_to_id ON stock_item FOR EACH ROW
      WHEN (NEW.belongs_to_id IS NOT NULL AND NEW.belongs_to_id IS DISTINCT FROM OLD.belongs_to_id)
      EXECUTE FUNCTION refuse_installed_in_itself();

    CREATE TABLE stock_tracking (
      id serial PRIMARY KEY,
      item_id integer NOT NULL REFERENCES stock_item ON DELETE CASCADE,
      tracking_type integer NOT NULL,
      date timestamptz NOT NULL DEFAULT now(),
      deltas jsonb NOT NULL DEFAULT '{}',
      notes text NOT NULL DEFAULT '',
      user_id integer REFERENCES users ON DELETE SET NULL
    );
    CREATE INDEX stock_tracking_item ON stock_tracking (item_id, date, id);
    CREATE INDEX stock_tracking_date ON stock_tracking (date, id);
    CREATE INDEX stock_tracking_user ON stock_tracking (user_id);
  `);
}
