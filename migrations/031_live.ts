import type { Knex } from 'knex';

/** What scans of the network saw, and where that differs from what is on record. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE scan_session (
      id serial PRIMARY KEY,
      timestamp timestamptz NOT NULL DEFAULT now(),
      agent_identifier varchar(100) NOT NULL CHECK (agent_identifier <> ''),
      -- Text: jsonb would refuse what a scanner may report, and change the rest.
      raw_data text NOT NULL,
      processed boolean NOT NULL DEFAULT false,
      result jsonb NOT NULL DEFAULT '[]',
      CONSTRAINT scan_session_once UNIQUE (agent_identifier, timestamp)
    );
    CREATE INDEX scan_session_timestamp ON scan_session (timestamp);

    -- Of each kind, a thing has one open conflict at most, whoever scans at the same time.
    CREATE TABLE nic_scan_conflict (
      id serial PRIMARY KEY,
      scan_id integer NOT NULL REFERENCES scan_session ON DELETE CASCADE,
      status varchar(8) NOT NULL DEFAULT 'new' CHECK (status IN ('new', 'resolved', 'ignore', 'super')),
      nic_id integer NOT NULL REFERENCES nic ON DELETE CASCADE,
      newip inet
    );
    CREATE UNIQUE INDEX nic_scan_conflict_open ON nic_scan_conflict (nic_id) WHERE status IN ('new', 'ignore');
    CREATE INDEX nic_scan_conflict_nic ON nic_scan_conflict (nic_id);
    CREATE INDEX nic_scan_conflict_scan ON nic_scan_conflict (scan_id);

    CREATE TABLE location_scan_conflict (
      id serial PRIMARY KEY,
      scan_id integer NOT NULL REFERENCES scan_session ON DELETE CASCADE,
      status varchar(8) NOT NULL DEFAULT 'new' CHECK (status IN ('new', 'resolved', 'ignore', 'super')),
      host_id integer NOT NULL REFERENCES host ON DELETE CASCADE,
      newlab_id integer REFERENCES lab ON DELETE SET NULL,
      nsc_id integer REFERENCES nic_scan_conflict ON DELETE SET NULL
    );
    CREATE UNIQUE INDEX location_scan_conflict_open ON location_scan_conflict (host_id) WHERE status IN ('new', 'ignore');
    CREATE INDEX location_scan_conflict_host ON location_scan_conflict (host_id);
    CREATE INDEX location_scan_conflict_scan ON location_scan_conflict (scan_id);
    CREATE INDEX location_scan_conflict_lab ON location_scan_conflict (newlab_id);
    CREATE INDEX location_scan_conflict_nsc ON location_scan_conflict (nsc_id);

    CREATE TABLE unknown_scan_conflict (
      id serial PRIMARY KEY,
      scan_id integer NOT NULL REFERENCES scan_session ON DELETE CASCADE,
      status varchar(8) NOT NULL DEFAULT 'new' CHECK (status IN ('new', 'resolved', 'ignore', 'super')),
      ip inet NOT NULL,
      mac macaddr NOT NULL,
      lab_id integer REFERENCES lab ON DELETE SET NULL,
      lastseen timestamptz NOT NULL DEFAULT now()
    );
    CREATE UNIQUE INDEX unknown_scan_conflict_open ON unknown_scan_conflict (mac) WHERE status IN ('new', 'ignore');
    CREATE INDEX unknown_scan_conflict_scan ON unknown_scan_conflict (scan_id);
    CREATE INDEX unknown_scan_conflict_lab ON unknown_scan_conflict (lab_id);

    CREATE TABLE virtual_hosts_scan (
      id serial PRIMARY KEY,
      scan_id integer REFERENCES scan_session ON DELETE SET NULL,
      status varchar(8) NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'old', 'ignore', 'super')),
      ip inet NOT NULL,
      mac macaddr NOT NULL,
      lab_id integer REFERENCES lab ON DELETE SET NULL,
      lastseen timestamptz NOT NULL DEFAULT now()
    );
    CREATE UNIQUE INDEX virtual_hosts_scan_one ON virtual_hosts_scan (mac) WHERE status <> 'super';
    CREATE INDEX virtual_hosts_scan_scan ON virtual_hosts_scan (scan_id);
    CREATE INDEX virtual_hosts_scan_lab ON virtual_hosts_scan (lab_id);
    CREATE INDEX virtual_hosts_scan_lastseen ON virtual_hosts_scan (lastseen);

    CREATE TABLE offline_host_warning (
      id serial PRIMARY KEY,
      host_id integer NOT NULL REFERENCES host ON DELETE CASCADE,
      status varchar(8) NOT NULL DEFAULT 'new' CHECK (status IN ('new', 'resolved', 'ignore', 'super')),
      timestamp timestamptz NOT NULL DEFAULT now()
    );
    CREATE UNIQUE INDEX offline_host_warning_open ON offline_host_warning (host_id) WHERE status IN ('new', 'ignore');
    CREATE INDEX offline_host_warning_host ON offline_host_warning (host_id);

    CREATE TABLE ignored_mac (
      id serial PRIMARY KEY,
      mac macaddr NOT NULL,
      reason varchar(250) NOT NULL DEFAULT '',
      created timestamptz NOT NULL DEFAULT now(),
      CONSTRAINT ignored_mac_once UNIQUE (mac)
    );
  `);
}
