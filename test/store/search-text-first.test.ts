import test from 'ava';
import { up } from '../../migrations/160_search_text_first.ts';
import { closeServices, type Services } from '../../shared/services.ts';
import { freshServices } from '../harness/index.ts';

let services: Services;
test.before(async () => {
  services = await freshServices();
  await services.pool.query(`
    INSERT INTO host_hardware (name) VALUES ('Model');
    INSERT INTO host (hostname, ip, details, hardware_id) SELECT 'host' || n, '10.0.0.0'::inet + n, 'Rack ' || n, id
      FROM host_hardware, generate_series(1, 20) AS n WHERE name = 'Model';
    UPDATE host SET vm_host_id = (SELECT min(id) FROM host) WHERE hostname = 'host7';
    INSERT INTO bookable (host_id) SELECT id FROM host WHERE hostname = 'host3';
    INSERT INTO part (name, tags, minimum_stock) VALUES ('Screw', '{M3,steel}', 2.5), ('Nut', '{}', 0);
    INSERT INTO stock_item (part_id, quantity) SELECT id, 7 FROM part;
    GRANT SELECT ON part TO PUBLIC;
    ALTER TABLE part SET (autovacuum_vacuum_scale_factor = 0.05, fillfactor = 90);
  `);
});
test.after.always(() => services && closeServices(services));

/** All that PostgreSQL knows of the tables and of what hangs on them, but their numbers. */
async function catalog(): Promise<string[]> {
  const { rows } = await services.pool.query<{ line: string }>(`
    SELECT concat_ws(' ', attrelid::regclass, attname, format_type(atttypid, atttypmod), attnotnull, attgenerated,
             pg_get_expr(adbin, adrelid), attstorage, attcollation::regcollation) AS line
      FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
     WHERE attrelid IN ('host'::regclass, 'part'::regclass, 'stock_item'::regclass) AND attnum > 0 AND NOT attisdropped
    UNION ALL SELECT concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid), convalidated) FROM pg_constraint
    UNION ALL SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid::regclass::text !~ '^pg_'
    UNION ALL SELECT concat_ws(' ', pg_get_triggerdef(oid), tgenabled) FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT concat_ws(' ', objid::regclass, refobjid::regclass, refobjsubid) FROM pg_depend
     WHERE classid = 'pg_class'::regclass AND (SELECT relkind FROM pg_class WHERE oid = objid) = 'S'
    UNION ALL SELECT concat_ws(' ', relname, relkind, relacl, reloptions) FROM pg_class
     WHERE relname IN ('host', 'part', 'stock_item')
    ORDER BY 1`);
  return rows.map(({ line }) => line);
}

const rowsOf = async (table: string) => (await services.pool.query(`SELECT * FROM ${table} ORDER BY id`)).rows;

test.serial('tables that are written anew are as they were, with all that hangs on them', async (t) => {
  const { pool, knex } = services;
  const before = await catalog();
  t.true(before.length > 500);
  const rows = await Promise.all(['host', 'part', 'stock_item', 'bookable'].map(rowsOf));
  const oid = async () => (await pool.query(`SELECT 'host'::regclass::oid AS oid`)).rows[0].oid;
  const old = await oid();
  await knex.transaction(up);
  t.not(await oid(), old);
  t.deepEqual(await catalog(), before);
  t.deepEqual(await Promise.all(['host', 'part', 'stock_item', 'bookable'].map(rowsOf)), rows);
  const { rows: places } = await pool.query(
    `SELECT attnum FROM pg_attribute WHERE attname = 'search_text' AND attrelid IN ('host'::regclass, 'part'::regclass)`,
  );
  t.deepEqual(
    places.map(({ attnum }) => attnum),
    [2, 2],
  );
  const { rows: made } = await pool.query(`INSERT INTO part (name) VALUES ('Washer') RETURNING id, search_text`);
  t.true(made[0].id > Math.max(...(rows[1] ?? []).map(({ id }) => id)));
  t.regex(made[0].search_text, /washer/);
  await t.throwsAsync(pool.query(`DELETE FROM host_hardware`), { message: /host_hardware_id_fkey/ });
});

for (const [what, made, gone] of [
  ['a view', 'CREATE VIEW own AS SELECT hostname FROM host', 'DROP VIEW own'],
  [
    'a function',
    'CREATE FUNCTION own(host) RETURNS text LANGUAGE sql AS $$ SELECT $1.hostname $$',
    'DROP FUNCTION own',
  ],
  ['a comment', `COMMENT ON COLUMN host.asset_no IS 'As in the books'`, 'COMMENT ON COLUMN host.asset_no IS NULL'],
  ['a publication', 'CREATE PUBLICATION own FOR TABLE host', 'DROP PUBLICATION own'],
  [
    'a setting of a column',
    'ALTER TABLE host ALTER details SET STATISTICS 500',
    'ALTER TABLE host ALTER details SET STATISTICS -1',
  ],
] as const) {
  test.serial(`a table on which somebody has put ${what} of their own is left as it is`, async (t) => {
    const { pool, knex } = services;
    const oid = async (table: string) => (await pool.query(`SELECT $1::regclass::oid AS oid`, [table])).rows[0].oid;
    const [host, part] = [await oid('host'), await oid('part')];
    await pool.query(made);
    await knex.transaction(up);
    t.is(await oid('host'), host);
    t.not(await oid('part'), part);
    await pool.query(gone);
    await knex.transaction(up);
    t.not(await oid('host'), host);
  });
}
