import type { Knex } from 'knex';

/** What a manufacturer's data sheet says of a hardware model: its size, its ports, its power. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE device_type (
      id serial PRIMARY KEY,
      manufacturer varchar(100) NOT NULL CHECK (manufacturer <> ''),
      model varchar(100) NOT NULL CHECK (model <> ''),
      slug varchar(100) NOT NULL DEFAULT '',
      part_number varchar(100) NOT NULL DEFAULT '',
      hardware_id integer NOT NULL REFERENCES host_hardware ON DELETE CASCADE,
      rack_units numeric(4, 1) NOT NULL CHECK (rack_units >= 0),
      full_depth boolean NOT NULL DEFAULT true,
      airflow varchar(30) NOT NULL DEFAULT '',
      weight numeric(10, 3) CHECK (weight >= 0),
      weight_unit varchar(10) NOT NULL DEFAULT '',
      console_ports integer NOT NULL DEFAULT 0 CHECK (console_ports >= 0),
      interfaces jsonb NOT NULL DEFAULT '[]',
      power_ports jsonb NOT NULL DEFAULT '[]',
      CONSTRAINT device_type_model UNIQUE (manufacturer, model),
      CONSTRAINT device_type_hardware UNIQUE (hardware_id)
    );
    CREATE INDEX device_type_interfaces ON device_type USING gin (interfaces jsonb_path_ops);
  `);
}
