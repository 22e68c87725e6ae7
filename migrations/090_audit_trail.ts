import type { Knex } from 'knex';

/**
 * The audit trail by months: rows can be added and read, nothing else; seals over them make a chain. Functions that do
 * more run as the owner of the tables, so that a role which may only add and read can call them.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    DROP VIEW auth_log_records;
    ALTER TABLE audit_entries RENAME TO audit_entries_before;
    ALTER SEQUENCE audit_entries_id_seq OWNED BY NONE;

    -- The transaction has its number before the row has its own: once all transactions up to some moment are over, no
    -- row with a number given out before it can turn up any more. That is when rows can be sealed.
    CREATE FUNCTION next_audit_id() RETURNS bigint LANGUAGE plpgsql AS $$
    BEGIN
      PERFORM pg_current_xact_id();
      RETURN nextval('audit_entries_id_seq');
    END $$;

    CREATE TABLE audit_entries (
      id bigint NOT NULL DEFAULT next_audit_id(),
      at timestamptz NOT NULL DEFAULT now(),
      actor_id integer,
      actor text NOT NULL,
      -- Whom the actor stood in for.
      acting_as_id integer,
      acting_as text,
      proof varchar(20) NOT NULL,
      application text,
      token_id integer,
      address inet,
      action varchar(50) NOT NULL,
      resource varchar(50) NOT NULL,
      object_id text,
      changes jsonb NOT NULL DEFAULT '{}',
      CONSTRAINT audit_entries_key PRIMARY KEY (id, at)
    ) PARTITION BY RANGE (at);
    ALTER SEQUENCE audit_entries_id_seq OWNED BY audit_entries.id;
    CREATE INDEX audit_entries_by_time ON audit_entries (at, id);
    CREATE INDEX audit_entries_by_actor ON audit_entries (actor_id, at, id);
    CREATE INDEX audit_entries_by_acting_as ON audit_entries (acting_as_id, at, id) WHERE acting_as_id IS NOT NULL;
    CREATE INDEX audit_entries_by_object ON audit_entries (resource, object_id, at, id);
    CREATE INDEX audit_entries_by_resource ON audit_entries (resource, at, id);
    CREATE INDEX audit_entries_by_action ON audit_entries (action, at, id);
    CREATE INDEX audit_entries_by_application ON audit_entries (application, at, id) WHERE application IS NOT NULL;
    CREATE INDEX audit_entries_by_address ON audit_entries (address, at, id) WHERE address IS NOT NULL;
    CREATE INDEX audit_entries_of_sign_ins ON audit_entries (id) WHERE action IN ('sign_in', 'sign_in_refused') AND resource = 'user';

    CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      RAISE EXCEPTION 'the audit trail is only added to' USING ERRCODE = 'insufficient_privilege', TABLE = TG_TABLE_NAME;
    END $$;
    CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_entries FOR EACH ROW EXECUTE FUNCTION refuse_audit_change();
    CREATE TRIGGER never_emptied BEFORE TRUNCATE ON audit_entries FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();

    -- A row never fails for lack of a month.
    CREATE TABLE audit_entries_rest PARTITION OF audit_entries DEFAULT;
    CREATE TRIGGER never_emptied BEFORE TRUNCATE ON audit_entries_rest FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();

    CREATE FUNCTION audit_month_name(month date) RETURNS text LANGUAGE sql IMMUTABLE AS $$
      SELECT 'audit_entries_' || lpad(extract(year FROM month)::text, 4, '0') || '_' || lpad(extract(month FROM month)::text, 2, '0')
    $$;
    CREATE FUNCTION audit_month_begins(month date) RETURNS timestamptz LANGUAGE sql IMMUTABLE AS $$
      SELECT month::timestamp AT TIME ZONE 'UTC'
    $$;

    -- Makes the partition of a month (its first day, UTC) where it is missing. Writers go on meanwhile; rows of that
    -- month that came too early move over.
    CREATE FUNCTION make_audit_month(month date) RETURNS boolean LANGUAGE plpgsql AS $$
    DECLARE
      made text := audit_month_name(month);
      begins timestamptz := audit_month_begins(month);
      ends timestamptz := audit_month_begins((month + interval '1 month')::date);
      early boolean;
    BEGIN
      IF to_regclass(made) IS NOT NULL THEN RETURN false; END IF;
      PERFORM pg_advisory_xact_lock(90, 0);
      IF to_regclass(made) IS NOT NULL THEN RETURN false; END IF;
      EXECUTE format('CREATE TABLE %I (LIKE audit_entries INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', made);
      EXECUTE format('CREATE TRIGGER never_emptied BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()', made);
      SELECT EXISTS (SELECT FROM audit_entries_rest WHERE at >= begins AND at < ends) INTO early;
      IF early THEN
        ALTER TABLE audit_entries DETACH PARTITION audit_entries_rest;
        ALTER TABLE audit_entries_rest RENAME TO audit_entries_early;
        CREATE TABLE audit_entries_rest PARTITION OF audit_entries DEFAULT;
        CREATE TRIGGER never_emptied BEFORE TRUNCATE ON audit_entries_rest FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
      END IF;
      EXECUTE format('ALTER TABLE audit_entries ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', made, begins, ends);
      IF early THEN
        INSERT INTO audit_entries SELECT * FROM audit_entries_early;
        DROP TABLE audit_entries_early;
      END IF;
      RETURN true;
    END $$;

    -- Makes what is missing of this month, so many after it, and the months of rows that came too early or too late.
    CREATE FUNCTION make_audit_months(ahead integer) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
    DECLARE
      needed date[] := ARRAY(
        SELECT (date_trunc('month', now() AT TIME ZONE 'UTC') + n * interval '1 month')::date FROM generate_series(0, ahead) AS n
        UNION
        SELECT DISTINCT date_trunc('month', at AT TIME ZONE 'UTC')::date FROM audit_entries_rest);
      month date;
      made integer := 0;
    BEGIN
      FOREACH month IN ARRAY needed LOOP
        IF make_audit_month(month) THEN made := made + 1; END IF;
      END LOOP;
      RETURN made;
    END $$;

    SELECT make_audit_month(month::date) FROM generate_series(
      (SELECT date_trunc('month', coalesce(min(at), now()) AT TIME ZONE 'UTC') FROM audit_entries_before),
      date_trunc('month', now() AT TIME ZONE 'UTC') + interval '2 months', interval '1 month') AS month;
    INSERT INTO audit_entries (id, at, actor_id, actor, proof, application, token_id, address, action, resource, object_id, changes)
      SELECT id, at, actor_id, actor, proof, application, token_id, address, action, resource, object_id, changes
      FROM audit_entries_before ORDER BY id;
    DROP TABLE audit_entries_before;

    CREATE VIEW auth_log_records AS
      SELECT id, at, CASE WHEN object_id ~ '^[0-9]{1,9}$' THEN object_id::integer END AS user_id, token_id AS auth_token_id, address, proof,
             action = 'sign_in_refused' AS is_denied
      FROM audit_entries WHERE action IN ('sign_in', 'sign_in_refused') AND resource = 'user';

    -- One seal: the entries of one month among the ids after one and up to another, and all that was sealed before.
    CREATE TABLE audit_seals (
      number bigint PRIMARY KEY,
      after_id bigint NOT NULL,
      to_id bigint NOT NULL,
      month date NOT NULL,
      entries integer NOT NULL,
      digest bytea NOT NULL,
      previous bytea NOT NULL,
      seal bytea NOT NULL,
      key_id text NOT NULL,
      sealed_at timestamptz NOT NULL DEFAULT now()
    );
    CREATE INDEX audit_seals_month ON audit_seals (month);

    -- Seals go with their month, and with nothing else.
    CREATE FUNCTION keep_audit_seal() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP <> 'DELETE' OR to_regclass(audit_month_name(OLD.month)) IS NOT NULL
         OR EXISTS (SELECT FROM audit_entries_rest WHERE at >= audit_month_begins(OLD.month)
                      AND at < audit_month_begins((OLD.month + interval '1 month')::date)) THEN
        RAISE EXCEPTION 'seals of the audit trail are only added to' USING ERRCODE = 'insufficient_privilege', TABLE = TG_TABLE_NAME;
      END IF;
      RETURN OLD;
    END $$;
    CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_seals FOR EACH ROW EXECUTE FUNCTION keep_audit_seal();
    CREATE TRIGGER never_emptied BEFORE TRUNCATE ON audit_seals FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();

    -- What waits to be sealed: ids up to one, until every transaction before another number is over.
    CREATE TABLE audit_progress (
      single boolean PRIMARY KEY DEFAULT true CHECK (single),
      waiting_to bigint NOT NULL DEFAULT 0,
      waiting_for xid8 NOT NULL DEFAULT pg_current_xact_id()
    );
    INSERT INTO audit_progress DEFAULT VALUES;

    -- Drops whole months before one, sealed ones only, with their seals but the last, on which the chain goes on.
    CREATE FUNCTION drop_audit_months(before date) RETURNS TABLE (month date, entries bigint)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
    DECLARE
      sealed bigint := (SELECT to_id FROM audit_seals ORDER BY number DESC LIMIT 1);
      unsealed boolean;
      which text;
    BEGIN
      PERFORM pg_advisory_xact_lock(90, 0);
      PERFORM set_config('lock_timeout', '5s', true);
      FOR which IN
        SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
        WHERE inhparent = 'audit_entries'::regclass AND relname ~ '^audit_entries_[0-9]{4}_[0-9]{2}$'
          AND relname < audit_month_name(before) ORDER BY relname
      LOOP
        EXECUTE format('SELECT count(*), coalesce(max(id) > coalesce($1, 0), false) FROM %I', which) INTO entries, unsealed USING sealed;
        EXIT WHEN unsealed;
        month := to_date(right(which, 7), 'YYYY_MM');
        EXECUTE format('DROP TABLE %I', which);
        RETURN NEXT;
      END LOOP;
      DELETE FROM audit_seals AS s WHERE s.number < (
        SELECT coalesce(min(k.number), (SELECT max(number) + 1 FROM audit_seals)) - 1 FROM audit_seals AS k
        WHERE to_regclass(audit_month_name(k.month)) IS NOT NULL);
    END $$;
    REVOKE ALL ON FUNCTION drop_audit_months(date), make_audit_months(integer) FROM PUBLIC;
  `);
}
