import type { Knex } from 'knex';

/** Where things stand: buildings, their labs, and the racks in those. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE building (
      id serial PRIMARY KEY,
      code varchar(8) NOT NULL CHECK (code <> ''),
      comment varchar(30)
    );
    CREATE INDEX building_code ON building (code);

    CREATE TABLE lab (
      id serial PRIMARY KEY,
      name varchar(30) NOT NULL CHECK (name <> ''),
      comment varchar(30),
      network cidr,
      building_id integer NOT NULL REFERENCES building ON DELETE CASCADE
    );
    CREATE INDEX lab_building ON lab (building_id, name);

    CREATE TABLE rack (
      id serial PRIMARY KEY,
      number integer NOT NULL CHECK (number >= 0),
      comment varchar(30),
      lab_id integer NOT NULL REFERENCES lab ON DELETE CASCADE
    );
    CREATE INDEX rack_lab ON rack (lab_id, number);
  `);
}
