import type { Knex } from 'knex';

/**
 * Who has which host when. Bookings and reservations are rows of one table, so that one constraint keeps them all
 * apart, whichever process writes; two updatable views give each kind its own shape.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE bookable (
      id serial PRIMARY KEY,
      status varchar(30) NOT NULL DEFAULT 'created' CHECK (status IN ('created', 'active', 'suspended', 'inactive')),
      comment varchar(300) NOT NULL DEFAULT '',
      host_id integer NOT NULL REFERENCES host ON DELETE CASCADE,
      CONSTRAINT bookable_host UNIQUE (host_id)
    );
    CREATE INDEX bookable_status ON bookable (status);

    CREATE TABLE occupancy (
      id serial PRIMARY KEY,
      kind varchar(11) NOT NULL CHECK (kind IN ('booking', 'reservation')),
      bookable_id integer NOT NULL REFERENCES bookable ON DELETE CASCADE,
      owner_id integer NOT NULL REFERENCES users,
      start timestamptz NOT NULL,
      "end" timestamptz,
      comment varchar(300) NOT NULL CHECK (comment <> ''),
      timestamp timestamptz NOT NULL DEFAULT now(),
      mail_start_reminder_sent boolean NOT NULL DEFAULT false,
      mail_end_reminder_sent boolean NOT NULL DEFAULT false,
      mail_end_sent boolean NOT NULL DEFAULT false,
      mail_last_nag timestamptz,
      import_id integer,
      cancelled_at timestamptz,
      CONSTRAINT occupancy_start_to_end CHECK ("end" >= start),
      CONSTRAINT booking_has_an_end CHECK (kind <> 'booking' OR "end" IS NOT NULL),
      -- Half-open: one may start in the moment in which another ends. The range of one number stands for
      -- «same bookable», which spares the btree_gist extension.
      CONSTRAINT occupancy_no_overlap EXCLUDE USING gist (
        int4range(bookable_id, bookable_id, '[]') WITH &&,
        tstzrange(start, "end", '[)') WITH &&
      ) WHERE (cancelled_at IS NULL)
    );
    -- What runs now or comes: a handful a bookable, however long its history.
    CREATE INDEX occupancy_open ON occupancy (bookable_id, coalesce("end", 'infinity'), start) WHERE cancelled_at IS NULL;
    CREATE INDEX occupancy_bookable ON occupancy (bookable_id, kind, start);
    CREATE INDEX occupancy_owner ON occupancy (owner_id, kind, start);
    CREATE INDEX occupancy_start ON occupancy (kind, start, id) WHERE cancelled_at IS NULL;
    CREATE INDEX occupancy_import ON occupancy (import_id) WHERE import_id IS NOT NULL;

    CREATE VIEW booking AS
      SELECT id, kind, bookable_id, owner_id, start, "end", comment, timestamp, mail_start_reminder_sent,
             mail_end_reminder_sent, mail_end_sent, import_id, cancelled_at
      FROM occupancy WHERE kind = 'booking' WITH CHECK OPTION;
    ALTER VIEW booking ALTER COLUMN kind SET DEFAULT 'booking';

    CREATE VIEW reservation AS
      SELECT id, kind, bookable_id, owner_id, start, "end", comment, timestamp, mail_start_reminder_sent,
             mail_last_nag, cancelled_at
      FROM occupancy WHERE kind = 'reservation' WITH CHECK OPTION;
    ALTER VIEW reservation ALTER COLUMN kind SET DEFAULT 'reservation';
  `);
}
