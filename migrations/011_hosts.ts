import type { Knex } from 'knex';

/** Hosts, what they are made of, and how they are reached. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE hd_vendor (
      id serial PRIMARY KEY,
      vendor varchar(30) NOT NULL CHECK (vendor <> '')
    );

    CREATE TABLE host_type (
      id serial PRIMARY KEY,
      name varchar(30) NOT NULL CHECK (name <> ''),
      details varchar(120) NOT NULL DEFAULT ''
    );
    CREATE INDEX host_type_name ON host_type (name);

    CREATE TABLE host_hardware (
      id serial PRIMARY KEY,
      name varchar(30) NOT NULL CHECK (name <> ''),
      details varchar(120) NOT NULL DEFAULT '',
      host_type_id integer REFERENCES host_type
    );
    CREATE INDEX host_hardware_name ON host_hardware (name);
    CREATE INDEX host_hardware_type ON host_hardware (host_type_id);

    CREATE TABLE host (
      id serial PRIMARY KEY,
      hostname varchar(50) NOT NULL CHECK (hostname <> ''),
      ip inet,
      serial_no varchar(30),
      asset_no varchar(30),
      hypervisor boolean NOT NULL DEFAULT false,
      details varchar(120) NOT NULL DEFAULT '',
      lastseen timestamptz,
      status varchar(30) NOT NULL DEFAULT 'new'
        CHECK (status IN ('active', 'missing', 'retired', 'on_loan', 'unknown', 'offline', 'new')),
      diskvendor_id integer REFERENCES hd_vendor,
      hardware_id integer NOT NULL REFERENCES host_hardware,
      rack_id integer REFERENCES rack,
      vm_host_id integer REFERENCES host ON DELETE CASCADE,
      group_id integer REFERENCES groups,
      owner_id integer REFERENCES users,
      CONSTRAINT host_hostname UNIQUE (hostname),
      CONSTRAINT host_not_its_own_vm CHECK (vm_host_id <> id)
    );
    CREATE INDEX host_hostname_iexact ON host (lower(hostname::text));
    CREATE INDEX host_ip ON host (ip);
    CREATE INDEX host_status ON host (status);
    CREATE INDEX host_diskvendor ON host (diskvendor_id);
    CREATE INDEX host_hardware_of ON host (hardware_id);
    CREATE INDEX host_rack ON host (rack_id);
    CREATE INDEX host_vm_host ON host (vm_host_id);
    CREATE INDEX host_group ON host (group_id);
    CREATE INDEX host_owner ON host (owner_id);

    CREATE TABLE card_type (
      id serial PRIMARY KEY,
      name varchar(30) NOT NULL CHECK (name <> ''),
      comments varchar(120) NOT NULL DEFAULT ''
    );
    CREATE INDEX card_type_name ON card_type (name);

    CREATE TABLE card (
      id serial PRIMARY KEY,
      details varchar(120) NOT NULL DEFAULT '',
      asset_no varchar(30) NOT NULL DEFAULT '',
      cardtype_id integer NOT NULL REFERENCES card_type,
      host_id integer REFERENCES host ON DELETE CASCADE
    );
    CREATE INDEX card_type_of ON card (cardtype_id);
    CREATE INDEX card_host ON card (host_id);

    CREATE TABLE nic (
      id serial PRIMARY KEY,
      model varchar(30) NOT NULL DEFAULT '',
      mac macaddr NOT NULL,
      integrated boolean NOT NULL DEFAULT false,
      management boolean NOT NULL DEFAULT false,
      ip inet CHECK (masklen(ip) = CASE family(ip) WHEN 4 THEN 32 ELSE 128 END),
      "primary" boolean NOT NULL,
      lastseen timestamptz,
      host_id integer REFERENCES host ON DELETE CASCADE,
      CONSTRAINT nic_mac UNIQUE (mac)
    );
    CREATE INDEX nic_host ON nic (host_id);
    CREATE INDEX nic_ip ON nic (ip);
    CREATE UNIQUE INDEX nic_one_primary ON nic (host_id) WHERE "primary";
  `);
}
