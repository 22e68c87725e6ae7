import type { Knex } from 'knex';

/** Parts: what there can be stock of, with templates and their variants. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE part (
      id serial PRIMARY KEY,
      name varchar(100) NOT NULL CHECK (name <> ''),
      ipn varchar(100) NOT NULL DEFAULT '',
      revision varchar(100) NOT NULL DEFAULT '',
      description varchar(250) NOT NULL DEFAULT '',
      keywords varchar(250),
      notes varchar(50000),
      link varchar(2000) NOT NULL DEFAULT '',
      units varchar(20) NOT NULL DEFAULT '',
      image varchar(500),
      category_id integer REFERENCES part_category,
      default_location_id integer REFERENCES stock_location ON DELETE SET NULL,
      default_expiry integer NOT NULL DEFAULT 0 CHECK (default_expiry >= 0),
      minimum_stock numeric(19, 6) NOT NULL DEFAULT 0 CHECK (minimum_stock >= 0),
      maximum_stock numeric(19, 6) NOT NULL DEFAULT 0 CHECK (maximum_stock >= 0),
      active boolean NOT NULL DEFAULT true,
      assembly boolean NOT NULL DEFAULT false,
      component boolean NOT NULL DEFAULT true,
      consumable boolean NOT NULL DEFAULT false,
      is_template boolean NOT NULL DEFAULT false,
      locked boolean NOT NULL DEFAULT false,
      purchaseable boolean NOT NULL DEFAULT true,
      salable boolean NOT NULL DEFAULT false,
      testable boolean NOT NULL DEFAULT false,
      trackable boolean NOT NULL DEFAULT false,
      virtual boolean NOT NULL DEFAULT false,
      variant_of_id integer REFERENCES part ON DELETE SET NULL,
      revision_of_id integer REFERENCES part ON DELETE SET NULL,
      creation_date date DEFAULT current_date,
      creation_user_id integer REFERENCES users ON DELETE SET NULL,
      barcode_data varchar(500) NOT NULL DEFAULT '',
      barcode_hash varchar(128) NOT NULL DEFAULT '',
      tags text[] NOT NULL DEFAULT '{}',
      metadata jsonb NOT NULL DEFAULT '{}',
      CONSTRAINT part_not_its_own_revision CHECK (revision_of_id <> id)
    );
    CREATE UNIQUE INDEX part_identity ON part (name, ipn, revision);
    CREATE INDEX part_ipn ON part (ipn) WHERE ipn <> '';
    CREATE INDEX part_category_of ON part (category_id);
    CREATE INDEX part_location ON part (default_location_id);
    CREATE INDEX part_variant_of ON part (variant_of_id);
    CREATE INDEX part_revision_of ON part (revision_of_id);
    CREATE INDEX part_creation_user ON part (creation_user_id);

    -- The variants of a part, their variants, and so on.
    CREATE FUNCTION part_variants(template integer) RETURNS SETOF integer LANGUAGE sql STABLE AS $$
      WITH RECURSIVE below(id) AS (
        SELECT p.id FROM part AS p WHERE p.variant_of_id = template
        UNION SELECT p.id FROM part AS p JOIN below ON p.variant_of_id = below.id
      ) SELECT id FROM below
    $$;

    -- A variant hangs on a template and never on itself; a part with variants stays a template.
    CREATE FUNCTION part_family() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
      template boolean;
      broken text;
    BEGIN
      IF NEW.variant_of_id IS NOT NULL AND (TG_OP = 'INSERT' OR NEW.variant_of_id IS DISTINCT FROM OLD.variant_of_id) THEN
        PERFORM pg_advisory_xact_lock(20, TG_RELID::integer);
        SELECT is_template INTO template FROM part WHERE id = NEW.variant_of_id FOR SHARE;
        IF NEW.variant_of_id = NEW.id OR NEW.variant_of_id IN (SELECT part_variants(NEW.id)) THEN
          broken := 'part_no_circle';
        ELSIF NOT template THEN
          broken := 'part_variant_of_template';
        END IF;
      END IF;
      IF TG_OP = 'UPDATE' AND OLD.is_template AND NOT NEW.is_template
         AND EXISTS (SELECT FROM part WHERE variant_of_id = NEW.id) THEN
        broken := 'part_template_of_variants';
      END IF;
      IF broken IS NOT NULL THEN
        RAISE EXCEPTION 'part family' USING ERRCODE = 'check_violation', CONSTRAINT = broken, TABLE = 'part';
      END IF;
      RETURN NEW;
    END $$;
    CREATE TRIGGER part_family BEFORE INSERT OR UPDATE OF variant_of_id, is_template ON part
      FOR EACH ROW EXECUTE FUNCTION part_family();

    -- Structural places only hold other places. Arguments: the tree, and the column that names the place.
    CREATE FUNCTION refuse_structural_place() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
      place integer := to_jsonb(NEW) ->> TG_ARGV[1];
      structural boolean;
    BEGIN
      IF place IS NOT NULL AND (TG_OP = 'INSERT' OR (to_jsonb(OLD) ->> TG_ARGV[1])::integer IS DISTINCT FROM place) THEN
        EXECUTE format('SELECT structural FROM %I WHERE id = $1 FOR SHARE', TG_ARGV[0]) INTO structural USING place;
        IF structural THEN
          RAISE EXCEPTION '% % is structural', TG_ARGV[0], place
            USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_in_structural', TABLE = TG_TABLE_NAME;
        END IF;
      END IF;
      RETURN NEW;
    END $$;
    -- And what holds things can't become structural. Arguments: the table of the things, and its column.
    CREATE FUNCTION refuse_filled_structural() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE filled boolean;
    BEGIN
      IF NEW.structural AND NOT OLD.structural THEN
        EXECUTE format('SELECT EXISTS (SELECT FROM %I WHERE %I = $1)', TG_ARGV[0], TG_ARGV[1]) INTO filled USING NEW.id;
        IF filled THEN
          RAISE EXCEPTION '% % is not empty', TG_TABLE_NAME, NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_filled', TABLE = TG_TABLE_NAME;
        END IF;
      END IF;
      RETURN NEW;
    END $$;
    CREATE TRIGGER refuse_structural_place BEFORE INSERT OR UPDATE OF category_id ON part
      FOR EACH ROW EXECUTE FUNCTION refuse_structural_place('part_category', 'category_id');
    CREATE TRIGGER refuse_filled_structural BEFORE UPDATE OF structural ON part_category
      FOR EACH ROW EXECUTE FUNCTION refuse_filled_structural('part', 'category_id');
  `);
}
