import type { Knex } from 'knex';

/** Hosts that are lent to customers. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE customer (
      id serial PRIMARY KEY,
      name varchar(120) NOT NULL CHECK (name <> ''),
      contact_name varchar(120),
      contact_role varchar(120),
      contact_email varchar(254),
      internal_contact_id integer NOT NULL REFERENCES users
    );
    CREATE INDEX customer_internal_contact ON customer (internal_contact_id);

    CREATE TABLE loan (
      id serial PRIMARY KEY,
      host_id integer NOT NULL REFERENCES host ON DELETE CASCADE,
      start timestamptz NOT NULL,
      due_return timestamptz NOT NULL,
      returned_date timestamptz,
      customer_id integer NOT NULL REFERENCES customer,
      user_id integer NOT NULL REFERENCES users,
      returned boolean NOT NULL DEFAULT false,
      comment text NOT NULL DEFAULT '',
      -- What the loan found when it took the host, for giving it back; null while it does not have the host.
      status_before varchar(30),
      suspended_bookable boolean NOT NULL DEFAULT false,
      CONSTRAINT loan_start_to_due CHECK (due_return >= start),
      CONSTRAINT loan_start_to_returned CHECK (returned_date >= start),
      CONSTRAINT loan_no_overlap EXCLUDE USING gist (
        int4range(host_id, host_id, '[]') WITH &&,
        tstzrange(start, coalesce(returned_date, due_return), '[)') WITH &&
      )
    );
    CREATE INDEX loan_host ON loan (host_id);
    CREATE INDEX loan_customer ON loan (customer_id);
    CREATE INDEX loan_user ON loan (user_id);
    CREATE INDEX loan_open ON loan (start) WHERE NOT returned;
  `);
}
