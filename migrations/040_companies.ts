import type { Knex } from 'knex';

/** Companies that supply, make or get things, whom to ask there, and what each calls our parts. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE company (
      id serial PRIMARY KEY,
      name varchar(100) NOT NULL CHECK (name <> ''),
      description varchar(500) NOT NULL DEFAULT '',
      website varchar(2000) NOT NULL DEFAULT '',
      address varchar(1000) NOT NULL DEFAULT '',
      phone varchar(50) NOT NULL DEFAULT '',
      email varchar(254) NOT NULL DEFAULT '',
      contact varchar(100) NOT NULL DEFAULT '',
      tax_id varchar(50) NOT NULL DEFAULT '',
      link varchar(2000) NOT NULL DEFAULT '',
      notes varchar(50000),
      currency varchar(3) NOT NULL DEFAULT 'USD',
      image varchar(500),
      active boolean NOT NULL DEFAULT true,
      is_customer boolean NOT NULL DEFAULT false,
      is_supplier boolean NOT NULL DEFAULT true,
      is_manufacturer boolean NOT NULL DEFAULT false,
      tags text[] NOT NULL DEFAULT '{}',
      metadata jsonb NOT NULL DEFAULT '{}'
    );
    CREATE UNIQUE INDEX company_identity ON company (name, email);

    CREATE TABLE company_contact (
      id serial PRIMARY KEY,
      company_id integer NOT NULL REFERENCES company ON DELETE CASCADE,
      name varchar(100) NOT NULL CHECK (name <> ''),
      phone varchar(100) NOT NULL DEFAULT '',
      email varchar(254) NOT NULL DEFAULT '',
      role varchar(100) NOT NULL DEFAULT '',
      metadata jsonb NOT NULL DEFAULT '{}'
    );
    CREATE INDEX company_contact_company ON company_contact (company_id);

    CREATE TABLE manufacturer_part (
      id serial PRIMARY KEY,
      part_id integer NOT NULL REFERENCES part ON DELETE CASCADE,
      manufacturer_id integer NOT NULL REFERENCES company,
      mpn varchar(100) NOT NULL DEFAULT '',
      description varchar(250) NOT NULL DEFAULT '',
      link varchar(2000) NOT NULL DEFAULT '',
      notes varchar(50000),
      barcode_data varchar(500) NOT NULL DEFAULT '',
      barcode_hash varchar(128) NOT NULL DEFAULT '',
      tags text[] NOT NULL DEFAULT '{}',
      metadata jsonb NOT NULL DEFAULT '{}'
    );
    CREATE UNIQUE INDEX manufacturer_part_identity ON manufacturer_part (part_id, manufacturer_id, mpn);
    CREATE INDEX manufacturer_part_manufacturer ON manufacturer_part (manufacturer_id);

    CREATE TABLE supplier_part (
      id serial PRIMARY KEY,
      part_id integer NOT NULL REFERENCES part ON DELETE CASCADE,
      supplier_id integer NOT NULL REFERENCES company,
      manufacturer_part_id integer REFERENCES manufacturer_part ON DELETE SET NULL,
      sku varchar(100) NOT NULL CHECK (sku <> ''),
      description varchar(250) NOT NULL DEFAULT '',
      note varchar(100) NOT NULL DEFAULT '',
      notes varchar(50000),
      link varchar(2000) NOT NULL DEFAULT '',
      packaging varchar(50) NOT NULL DEFAULT '',
      pack_quantity varchar(25) NOT NULL DEFAULT '1' CHECK (pack_quantity ~ '^[0-9]{1,10}([.][0-9]{1,5}){0,1}$'),
      available numeric(15, 5) NOT NULL DEFAULT 0 CHECK (available >= 0),
      active boolean NOT NULL DEFAULT true,
      "primary" boolean NOT NULL DEFAULT false,
      updated timestamptz DEFAULT now(),
      barcode_data varchar(500) NOT NULL DEFAULT '',
      barcode_hash varchar(128) NOT NULL DEFAULT '',
      tags text[] NOT NULL DEFAULT '{}',
      metadata jsonb NOT NULL DEFAULT '{}'
    );
    CREATE UNIQUE INDEX supplier_part_identity ON supplier_part (part_id, supplier_id, sku);
    CREATE INDEX supplier_part_supplier ON supplier_part (supplier_id);
    CREATE INDEX supplier_part_manufacturer_part ON supplier_part (manufacturer_part_id);

    -- The maker's number that a supplier's part names is of the same part.
    CREATE FUNCTION supplier_part_of_same_part() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF NEW.manufacturer_part_id IS NOT NULL AND NEW.part_id <>
         (SELECT m.part_id FROM manufacturer_part AS m WHERE m.id = NEW.manufacturer_part_id FOR SHARE) THEN
        RAISE EXCEPTION 'of another part'
          USING ERRCODE = 'check_violation', CONSTRAINT = 'supplier_part_of_same_part', TABLE = 'supplier_part';
      END IF;
      RETURN NEW;
    END $$;
    CREATE TRIGGER supplier_part_of_same_part BEFORE INSERT OR UPDATE OF part_id, manufacturer_part_id ON supplier_part
      FOR EACH ROW EXECUTE FUNCTION supplier_part_of_same_part();

    -- Stock that was imported as sold keeps its customer, if only by number; a supplier's part needs more than its
    -- number, so that stays among the notes of machines.
    INSERT INTO company (id, name, description, is_customer, is_supplier)
      SELECT DISTINCT customer, 'Customer ' || customer, 'Known by its number only, from an import.', true, false
      FROM stock_item WHERE customer IS NOT NULL;
    SELECT setval('company_id_seq', greatest((SELECT max(id) FROM company), 1), EXISTS (SELECT FROM company));
    ALTER TABLE stock_item ADD CONSTRAINT stock_item_customer FOREIGN KEY (customer) REFERENCES company;
    CREATE INDEX stock_item_customer ON stock_item (customer);

    UPDATE stock_item SET metadata = metadata || jsonb_build_object('imported_supplier_part', supplier_part), supplier_part = NULL
      WHERE supplier_part IS NOT NULL;
    ALTER TABLE stock_item ADD CONSTRAINT stock_item_supplier_part
      FOREIGN KEY (supplier_part) REFERENCES supplier_part ON DELETE SET NULL;
    CREATE INDEX stock_item_supplier_part ON stock_item (supplier_part);
  `);
}
