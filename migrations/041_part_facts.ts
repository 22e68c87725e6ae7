import type { Knex } from 'knex';

/** What is known of parts and stock beside themselves: parameters, tests, relations, prices, what they are made of. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE parameter_template (
      id serial PRIMARY KEY,
      name varchar(100) NOT NULL CHECK (name <> ''),
      units varchar(25) NOT NULL DEFAULT '',
      description varchar(250) NOT NULL DEFAULT '',
      model_type varchar(30),
      checkbox boolean NOT NULL DEFAULT false,
      choices varchar(5000) NOT NULL DEFAULT '',
      enabled boolean NOT NULL DEFAULT true,
      metadata jsonb NOT NULL DEFAULT '{}'
    );
    CREATE UNIQUE INDEX parameter_template_name ON parameter_template (lower(name));

    -- The number that a text is, when it is plainly one.
    CREATE FUNCTION plain_number(given text) RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
      SELECT CASE WHEN given ~ '^ *[+-]{0,1}[0-9]{1,30}([.][0-9]{1,20}){0,1} *$' THEN given::numeric END
    $$;

    CREATE TABLE parameter (
      id serial PRIMARY KEY,
      model_type varchar(30) NOT NULL,
      model_id integer NOT NULL,
      template_id integer NOT NULL REFERENCES parameter_template ON DELETE CASCADE,
      data varchar(500) NOT NULL CHECK (data <> ''),
      note varchar(500) NOT NULL DEFAULT '',
      updated timestamptz DEFAULT now(),
      updated_by_id integer REFERENCES users ON DELETE SET NULL,
      metadata jsonb NOT NULL DEFAULT '{}'
    );
    CREATE UNIQUE INDEX parameter_identity ON parameter (model_type, model_id, template_id);
    CREATE INDEX parameter_template_of ON parameter (template_id);
    CREATE INDEX parameter_updated_by ON parameter (updated_by_id);

    CREATE TABLE category_parameter (
      id serial PRIMARY KEY,
      category_id integer NOT NULL REFERENCES part_category ON DELETE CASCADE,
      template_id integer NOT NULL REFERENCES parameter_template ON DELETE CASCADE,
      default_value varchar(500) NOT NULL DEFAULT ''
    );
    CREATE UNIQUE INDEX category_parameter_identity ON category_parameter (category_id, template_id);
    CREATE INDEX category_parameter_template ON category_parameter (template_id);

    CREATE TABLE test_template (
      id serial PRIMARY KEY,
      part_id integer NOT NULL REFERENCES part ON DELETE CASCADE,
      test_name varchar(100) NOT NULL,
      key text GENERATED ALWAYS AS (regexp_replace(lower(test_name), '[^[:alnum:]]', '', 'g')) STORED,
      description varchar(100) NOT NULL DEFAULT '',
      enabled boolean NOT NULL DEFAULT true,
      required boolean NOT NULL DEFAULT true,
      requires_value boolean NOT NULL DEFAULT false,
      requires_attachment boolean NOT NULL DEFAULT false,
      choices varchar(5000) NOT NULL DEFAULT '',
      metadata jsonb NOT NULL DEFAULT '{}',
      CONSTRAINT test_template_key CHECK (regexp_replace(lower(test_name), '[^[:alnum:]]', '', 'g') <> '')
    );
    CREATE UNIQUE INDEX test_template_identity ON test_template (part_id, key);

    CREATE TABLE test_result (
      id serial PRIMARY KEY,
      stock_item_id integer NOT NULL REFERENCES stock_item ON DELETE CASCADE,
      template_id integer NOT NULL REFERENCES test_template ON DELETE CASCADE,
      result boolean NOT NULL DEFAULT false,
      value varchar(500) NOT NULL DEFAULT '',
      notes varchar(500) NOT NULL DEFAULT '',
      test_station varchar(500) NOT NULL DEFAULT '',
      date timestamptz NOT NULL DEFAULT now(),
      started_datetime timestamptz,
      finished_datetime timestamptz,
      user_id integer REFERENCES users ON DELETE SET NULL,
      metadata jsonb NOT NULL DEFAULT '{}',
      CONSTRAINT test_result_times CHECK (finished_datetime >= started_datetime)
    );
    CREATE INDEX test_result_item ON test_result (stock_item_id, date);
    CREATE INDEX test_result_template ON test_result (template_id);
    CREATE INDEX test_result_user ON test_result (user_id);

    CREATE TABLE related_part (
      id serial PRIMARY KEY,
      part_1_id integer NOT NULL REFERENCES part ON DELETE CASCADE,
      part_2_id integer NOT NULL REFERENCES part ON DELETE CASCADE,
      note varchar(500) NOT NULL DEFAULT '',
      CONSTRAINT related_part_not_itself CHECK (part_1_id <> part_2_id)
    );
    CREATE UNIQUE INDEX related_part_identity ON related_part
      (least(part_1_id, part_2_id), greatest(part_1_id, part_2_id));
    CREATE INDEX related_part_1 ON related_part (part_1_id);
    CREATE INDEX related_part_2 ON related_part (part_2_id);

    CREATE TABLE internal_price (
      id serial PRIMARY KEY,
      part_id integer NOT NULL REFERENCES part ON DELETE CASCADE,
      quantity numeric(15, 5) NOT NULL CHECK (quantity >= 0),
      price numeric(19, 6) NOT NULL CHECK (price >= 0),
      price_currency varchar(3) NOT NULL DEFAULT 'USD'
    );
    CREATE UNIQUE INDEX internal_price_identity ON internal_price (part_id, quantity);

    CREATE TABLE bom_item (
      id serial PRIMARY KEY,
      part_id integer NOT NULL REFERENCES part ON DELETE CASCADE,
      sub_part_id integer NOT NULL REFERENCES part,
      quantity numeric(15, 5) NOT NULL CHECK (quantity >= 0),
      reference varchar(5000) NOT NULL DEFAULT '',
      note varchar(500) NOT NULL DEFAULT '',
      allow_variants boolean NOT NULL DEFAULT false,
      inherited boolean NOT NULL DEFAULT false,
      optional boolean NOT NULL DEFAULT false,
      consumable boolean NOT NULL DEFAULT false,
      validated boolean NOT NULL DEFAULT false,
      metadata jsonb NOT NULL DEFAULT '{}'
    );
    CREATE INDEX bom_item_part ON bom_item (part_id);
    CREATE INDEX bom_item_sub_part ON bom_item (sub_part_id);

    -- Nothing is, by whatever way, made of itself.
    CREATE FUNCTION bom_item_no_circle() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      PERFORM pg_advisory_xact_lock(20, TG_RELID::integer);
      IF EXISTS (
        WITH RECURSIVE within(id) AS (
          SELECT NEW.sub_part_id
          UNION SELECT b.sub_part_id FROM bom_item AS b JOIN within ON b.part_id = within.id WHERE b.id <> NEW.id
        ) SELECT FROM within WHERE id = NEW.part_id
      ) THEN
        RAISE EXCEPTION 'made of itself'
          USING ERRCODE = 'check_violation', CONSTRAINT = 'bom_item_no_circle', TABLE = 'bom_item';
      END IF;
      RETURN NEW;
    END $$;
    CREATE TRIGGER bom_item_no_circle BEFORE INSERT OR UPDATE OF part_id, sub_part_id ON bom_item
      FOR EACH ROW EXECUTE FUNCTION bom_item_no_circle();

    CREATE TABLE project_code (
      id serial PRIMARY KEY,
      code varchar(50) NOT NULL CHECK (code <> ''),
      description varchar(200) NOT NULL DEFAULT '',
      active boolean NOT NULL DEFAULT true,
      metadata jsonb NOT NULL DEFAULT '{}'
    );
    CREATE UNIQUE INDEX project_code_code ON project_code (lower(code));

    -- What hangs on a row by the name of its kind and its number goes with it.
    CREATE FUNCTION take_along() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      DELETE FROM parameter WHERE model_type = TG_ARGV[0] AND model_id = OLD.id;
      RETURN NULL;
    END $$;
    CREATE TRIGGER take_along AFTER DELETE ON part FOR EACH ROW EXECUTE FUNCTION take_along('part');
    CREATE TRIGGER take_along AFTER DELETE ON stock_item FOR EACH ROW EXECUTE FUNCTION take_along('stockitem');
    CREATE TRIGGER take_along AFTER DELETE ON company FOR EACH ROW EXECUTE FUNCTION take_along('company');
    CREATE TRIGGER take_along AFTER DELETE ON supplier_part FOR EACH ROW EXECUTE FUNCTION take_along('supplierpart');
    CREATE TRIGGER take_along AFTER DELETE ON manufacturer_part FOR EACH ROW EXECUTE FUNCTION take_along('manufacturerpart');

    CREATE INDEX part_barcode ON part (barcode_hash) WHERE barcode_hash <> '';
    CREATE INDEX stock_item_barcode ON stock_item (barcode_hash) WHERE barcode_hash <> '';
    CREATE INDEX stock_location_barcode ON stock_location (barcode_hash) WHERE barcode_hash <> '';
    CREATE INDEX supplier_part_barcode ON supplier_part (barcode_hash) WHERE barcode_hash <> '';
    CREATE INDEX manufacturer_part_barcode ON manufacturer_part (barcode_hash) WHERE barcode_hash <> '';
  `);
}
