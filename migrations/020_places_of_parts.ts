import type { Knex } from 'knex';

/**
 * Where parts belong (categories) and where stock lies (locations): two trees. Each place knows its way from the root,
 * as ids and as text, so that «in here or below» and a path's text cost a list nothing. Triggers keep both right.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE stock_location (
      id serial PRIMARY KEY,
      name varchar(100) NOT NULL CHECK (name <> ''),
      description varchar(250) NOT NULL DEFAULT '',
      parent_id integer REFERENCES stock_location,
      structural boolean NOT NULL DEFAULT false,
      external boolean NOT NULL DEFAULT false,
      custom_icon varchar(100) NOT NULL DEFAULT '',
      barcode_data varchar(500) NOT NULL DEFAULT '',
      barcode_hash varchar(128) NOT NULL DEFAULT '',
      tags text[] NOT NULL DEFAULT '{}',
      metadata jsonb NOT NULL DEFAULT '{}',
      path integer[] NOT NULL DEFAULT '{}',
      pathstring text NOT NULL DEFAULT '',
      level integer GENERATED ALWAYS AS (cardinality(path) - 1) STORED
    );
    CREATE UNIQUE INDEX stock_location_name ON stock_location (coalesce(parent_id, 0), name);
    CREATE INDEX stock_location_parent ON stock_location (parent_id);
    CREATE INDEX stock_location_path ON stock_location USING gin (path);

    CREATE TABLE part_category (
      id serial PRIMARY KEY,
      name varchar(100) NOT NULL CHECK (name <> ''),
      description varchar(250) NOT NULL DEFAULT '',
      parent_id integer REFERENCES part_category,
      default_location_id integer REFERENCES stock_location ON DELETE SET NULL,
      default_keywords varchar(250),
      structural boolean NOT NULL DEFAULT false,
      icon varchar(100) NOT NULL DEFAULT '',
      metadata jsonb NOT NULL DEFAULT '{}',
      path integer[] NOT NULL DEFAULT '{}',
      pathstring text NOT NULL DEFAULT '',
      level integer GENERATED ALWAYS AS (cardinality(path) - 1) STORED
    );
    CREATE UNIQUE INDEX part_category_name ON part_category (coalesce(parent_id, 0), name);
    CREATE INDEX part_category_parent ON part_category (parent_id);
    CREATE INDEX part_category_location ON part_category (default_location_id);
    CREATE INDEX part_category_path ON part_category USING gin (path);

    -- Sets the way from the root. Whoever plants, renames or moves within a tree does so one after the other: two
    -- moves at once could otherwise close a circle that neither of them sees.
    CREATE FUNCTION tree_place() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
      above integer[] := '{}';
      above_text text;
    BEGIN
      IF TG_OP = 'UPDATE' AND NEW.parent_id IS NOT DISTINCT FROM OLD.parent_id AND NEW.name = OLD.name THEN
        RETURN NEW;
      END IF;
      PERFORM pg_advisory_xact_lock(20, TG_RELID::integer);
      IF NEW.parent_id IS NOT NULL THEN
        EXECUTE format('SELECT path, pathstring FROM %I WHERE id = $1', TG_TABLE_NAME)
          INTO above, above_text USING NEW.parent_id;
        IF NEW.id = NEW.parent_id OR NEW.id = ANY (above) THEN
          RAISE EXCEPTION 'a place can not lie below itself'
            USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_no_circle', TABLE = TG_TABLE_NAME;
        END IF;
      END IF;
      NEW.path := coalesce(above, '{}') || NEW.id;
      NEW.pathstring := concat_ws('/', above_text, NEW.name);
      RETURN NEW;
    END $$;

    -- Whatever lies below a renamed or moved place has a new way from the root as well.
    CREATE FUNCTION tree_below() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF NEW.pathstring <> OLD.pathstring OR NEW.path <> OLD.path THEN
        EXECUTE format(
          'UPDATE %1$I AS below SET path = way.ids, pathstring = way.names
           FROM %1$I AS old, LATERAL (SELECT $1 || old.path[array_position(old.path, $2) + 1:] AS ids) AS new,
             LATERAL (SELECT new.ids, string_agg(above.name, ''/'' ORDER BY array_position(new.ids, above.id)) AS names
                      FROM %1$I AS above WHERE above.id = ANY (new.ids)) AS way
           WHERE old.path @> ARRAY[$2] AND old.id <> $2 AND below.id = old.id',
          TG_TABLE_NAME)
          USING NEW.path, NEW.id;
      END IF;
      RETURN NULL;
    END $$;

    CREATE TRIGGER tree_place BEFORE INSERT OR UPDATE OF parent_id, name ON stock_location FOR EACH ROW EXECUTE FUNCTION tree_place();
    CREATE TRIGGER tree_below AFTER UPDATE OF parent_id, name ON stock_location FOR EACH ROW EXECUTE FUNCTION tree_below();
    CREATE TRIGGER tree_place BEFORE INSERT OR UPDATE OF parent_id, name ON part_category FOR EACH ROW EXECUTE FUNCTION tree_place();
    CREATE TRIGGER tree_below AFTER UPDATE OF parent_id, name ON part_category FOR EACH ROW EXECUTE FUNCTION tree_below();
  `);
}
