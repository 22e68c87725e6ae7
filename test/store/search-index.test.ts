import test from 'ava';
import type pg from 'pg';
import { resourceNamed, resources } from '../../api/resources/index.ts';
import type { Projection } from '../../api/store/projection.ts';
import { readList } from '../../api/store/read.ts';
import { searchIn, wordsOf } from '../../api/store/search.ts';
import { ownTextSql, scopeOf } from '../../api/store/searched.ts';
import { closeServices, type Services } from '../../shared/services.ts';
import { freshServices } from '../harness/index.ts';
import { fillWithMany } from './many-rows.ts';

let services: Services;
test.before(async (t) => {
  t.timeout(120_000);
  services = await freshServices();
  await fillWithMany(services.knex);
  await services.pool.query(`
    INSERT INTO nic (mac, host_id, "primary") SELECT ('020000' || lpad(to_hex(id), 6, '0'))::macaddr, id, true
      FROM host WHERE id % 30 = 0;
    INSERT INTO stock_item (part_id, quantity, batch) SELECT id, 5, 'B' || id % 100 FROM part WHERE id % 30 = 0;
    ANALYZE nic, stock_item;
  `);
});
test.after.always(() => services && closeServices(services));

/** Tables behind views. */
const base: Record<string, string> = { booking: 'occupancy', reservation: 'occupancy' };

test('what the tables keep for search is what the declarations say, under an index', async (t) => {
  const { pool } = services;
  const expression = async (table: string, column: string) => {
    const { rows } = await pool.query<{ text: string }>(
      `SELECT pg_get_expr(d.adbin, d.adrelid) AS text FROM pg_attrdef AS d
       JOIN pg_attribute AS a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
       WHERE d.adrelid = $1::regclass AND a.attname = $2 AND a.attgenerated = 's'`,
      [table, column],
    );
    return rows[0]?.text;
  };
  const kept = resources.filter(({ searchText }) => searchText);
  t.true(kept.length > 10);
  for (const resource of kept) {
    const table = base[resource.table] ?? resource.table;
    /** In PostgreSQL's own words, which are others each of the first times that it reads them. */
    const printed = async (sql: string) => {
      let text = sql;
      await pool.query(`CREATE TABLE another (LIKE ${table})`);
      for (let n = 0; n < 3; n++) {
        await pool.query(`ALTER TABLE another ADD declared_text text GENERATED ALWAYS AS (${text}) STORED`);
        text = (await expression('another', 'declared_text')) ?? '';
        await pool.query('ALTER TABLE another DROP declared_text');
      }
      await pool.query('DROP TABLE another');
      return text;
    };
    t.is(
      await printed((await expression(table, 'search_text')) ?? ''),
      await printed(ownTextSql(resource)),
      resource.name,
    );
    const { rows } = await pool.query(`SELECT FROM pg_indexes WHERE tablename = $1 AND indexdef ~ $2`, [
      table,
      'USING gin \\(search_text gin_trgm_ops\\)',
    ]);
    t.is(rows.length, 1, `${table} has no index on search_text`);
  }
});

interface Plan {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Actual Rows'?: number;
  'Actual Loops'?: number;
  'Rows Removed by Filter'?: number;
  Filter?: string;
  Plans?: Plan[];
}

/** Whether a table's rows are gone through for those wanted; a look whether it has any at all is none. */
const readsThrough = (plans: readonly Plan[], table: string) =>
  plans.some((plan) => plan['Node Type'] === 'Seq Scan' && plan['Relation Name'] === table && plan.Filter);

/** A pool that notes what it is asked, and how PostgreSQL went about it (`run`: with what came of it). */
function watched(): { db: pg.Pool; plans: (run?: boolean) => Promise<Plan[]> } {
  const asked: { text: string; values: unknown[] }[] = [];
  const { pool } = services;
  const query = (given: string | { text: string; values?: unknown[] }, values: unknown[] = []) => {
    const { text, values: own = values } = typeof given === 'string' ? { text: given } : given;
    asked.push({ text, values: own });
    return typeof given === 'string' ? pool.query(given, values) : pool.query(given);
  };
  const plans = async (run = false) => {
    const found: Plan[] = [];
    const walk = (plan: Plan) => {
      found.push(plan);
      for (const one of plan.Plans ?? []) walk(one);
    };
    for (const { text, values } of asked.filter((one) => !one.text.startsWith('EXPLAIN'))) {
      const { rows } = await pool.query(`EXPLAIN (FORMAT JSON${run ? ', ANALYZE' : ''}) ${text}`, values);
      walk(rows[0]['QUERY PLAN'][0].Plan);
    }
    return found;
  };
  return { db: { query } as unknown as pg.Pool, plans };
}

const projection = (name: string): Projection => ({
  resource: resourceNamed(name),
  name: 'test',
  columns: [
    { key: 'id', sql: (statement) => statement.path('id') },
    { key: 'label', sql: (statement) => statement.path('$label') },
  ],
});

const everythingOf = (name: string) => scopeOf(resourceNamed(name), false, () => 'all');

const wanted = [
  { resource: 'host', word: 'zeppelin', count: 20 },
  { resource: 'host', word: 'router', count: 20_000 },
  { resource: 'host', word: 'node 00123', count: 12 },
  { resource: 'part', word: 'zeppelin', count: 20 },
  { resource: 'part', word: 'resistor', count: 20_000 },
] as const;

for (const { resource, word, count } of wanted) {
  const index = `${resource}_search`;

  test(`looking for «${word}» among 100,000 of ${resource} takes the index`, async (t) => {
    const { db, plans } = watched();
    const found = await searchIn(db, [everythingOf(resource)], wordsOf(word), null, {});
    t.is(found[0]?.count, count);
    const taken = await plans();
    t.true(taken.some((plan) => plan['Index Name'] === index));
    t.false(readsThrough(taken, resource));
  });

  test(`a page of the list of ${resource} with «${word}» takes the index`, async (t) => {
    const { db, plans } = watched();
    const page = { kind: 'offset', limit: 25, offset: 0 } as const;
    const query = { where: [], search: wordsOf(word), order: [], page };
    const { text, countIsEstimate } = await readList(db, projection(resource), query, null, false);
    t.is(JSON.parse(text ?? '').length, Math.min(count, 25));
    t.false(countIsEstimate);
    const taken = await plans();
    t.true(taken.some((plan) => plan['Index Name'] === index));
    t.false(readsThrough(taken, resource));
  });
}

test('finds that all stand at the end of a list are looked up once, and nothing before them is read through', async (t) => {
  const { db, plans } = watched();
  const page = { kind: 'offset', limit: 25, offset: 0 } as const;
  const query = { where: [], search: ['resistor'], order: [], page };
  const { count, text } = await readList(db, projection('part'), query, null, false);
  t.is(count, 20_000);
  t.regex(text ?? '', /"label":"[^"]*Resistor 10"/);
  const taken = await plans(true);
  const looked = taken.filter((plan) => plan['Index Name'] === 'part_search' && plan['Actual Loops']);
  t.is(looked.length, 1);
  const passed = taken.filter((plan) => plan['Relation Name'] === 'part').map((plan) => plan['Rows Removed by Filter']);
  t.true(Math.max(...passed.map((rows = 0) => rows)) < 1000, passed.join());
});

test('a page of a word that stands in every row is read from the top of the list', async (t) => {
  const { db, plans } = watched();
  const page = { kind: 'offset', limit: 25, offset: 50 } as const;
  await readList(db, projection('part'), { where: [], search: ['package'], order: ['-name'], page }, null, false);
  const walked = (await plans(true)).filter((plan) => plan['Index Name'] === 'part_identity');
  t.true(walked.length > 0);
  for (const plan of walked) t.true((plan['Actual Rows'] ?? 0) <= 300);
});

const pages = [
  { word: 'zeppelin', offset: 0, limit: 25 },
  { word: 'zeppelin', offset: 15, limit: 10 },
  { word: 'zeppelin', offset: 40, limit: 10 },
  { word: 'resistor 0012', offset: 0, limit: 25 },
  { word: 'resistor', offset: 0, limit: 25 },
  { word: 'resistor', offset: 19_990, limit: 25 },
  { word: 'sistor', offset: 19_990, limit: 25 },
  { word: 'sistor', offset: 0, limit: 1000 },
  { word: 'a', offset: 3, limit: 1 },
  { word: 'a', offset: 5000, limit: 100 },
  { word: 'a', offset: 70_000, limit: 10 },
];

for (const order of [[], ['-name'], ['id'], ['-id'], ['description', '-name'], ['category.name']]) {
  test.serial(
    `pages of what words find hold what sorting all finds by ${order.join() || 'default'} puts there`,
    async (t) => {
      const { pool } = services;
      const keys: Record<string, string> = { description: 't.description', 'category.name': 'c.name', id: 't.id' };
      const sorted = (order.length > 0 ? order : ['name']).map((path) => {
        const name = path.replace(/^-/, '');
        return `${keys[name] ?? `t.${name}`}${path === name ? '' : ' DESC'}`;
      });
      const last = order.length === 1 && order[0]?.startsWith('-') ? 't.id DESC' : 't.id';
      for (const { word, offset, limit } of pages) {
        const holds = wordsOf(word).map((one) => `t.search_text LIKE '%${one}%'`);
        const found = `FROM part AS t LEFT JOIN part_category AS c ON c.id = t.category_id WHERE ${holds.join(' AND ')}`;
        const { rows } = await pool.query<{ id: number }>(
          `SELECT t.id ${found} ORDER BY ${sorted.join(', ')}, ${last} LIMIT ${limit} OFFSET ${offset}`,
        );
        const page = { kind: 'offset', limit, offset } as const;
        const query = { where: [], search: wordsOf(word), order, page };
        const { text, count } = await readList(pool, projection('part'), query, null, false);
        const ids = JSON.parse(text ?? '').map(({ id }: { id: number }) => id);
        t.deepEqual(
          ids,
          rows.map(({ id }) => id),
          `${word} ${offset} ${limit}`,
        );
        const all = await pool.query<{ count: number }>(`SELECT count(*)::int ${found}`);
        t.is(count, all.rows[0]?.count ?? -1, word);
      }
    },
  );
}

test('a misspelt word is mended by way of the index too', async (t) => {
  const { db, plans } = watched();
  const found = await searchIn(db, [everythingOf('host')], ['zepelin'], null, {});
  t.is(found[0]?.count, 20);
  const taken = await plans();
  t.false(readsThrough(taken, 'host'));
});

test('a letter that stands everywhere finds first what it is the name of, and ranks no more than it shows', async (t) => {
  await services.knex.raw(`
    INSERT INTO host (hostname, hardware_id) SELECT name, (SELECT min(id) FROM host_hardware)
      FROM unnest(ARRAY['x node', 'nought', 'n']) AS name;
    ANALYZE host;
  `);
  const { db, plans } = watched();
  const [found] = await searchIn(db, [everythingOf('host')], ['n'], null, { limit: 4 });
  t.deepEqual(
    found?.hits.map(({ label, rank }) => [label, rank]),
    [['n', 1], ...['node000001.office', 'node000002.cellar', 'node000003.roof'].map((label) => [label, 0.9])],
  );
  t.true((found?.count ?? 0) > 90_000);
  const taken = await plans(true);
  t.true(taken.some((plan) => plan['Index Name'] === 'host_search_first'));
  // PostgreSQL looks no further than what is counted one by one.
  const most = Math.max(...taken.map((plan) => plan['Actual Rows'] ?? 0));
  t.true(most <= 20_001, `${most} rows`);
});

test('looking everywhere finds of each kind what looking there alone finds, and reads the hosts that hold a word once', async (t) => {
  const everywhere = resources.map(({ name }) => everythingOf(name));
  for (const word of ['router', 'resistor', 'zeppelin', '00123', '10.0.0.12', '7f', '29', 'b7', 'e']) {
    const { db, plans } = watched();
    const found = await searchIn(db, everywhere, [word], null, {});
    t.true(found.length > 0, word);
    for (const { resource, hits, count } of found) {
      const [alone] = await searchIn(services.pool, [everythingOf(resource.name)], [word], null, {});
      t.deepEqual([alone?.count, alone?.hits], [count, hits], `${word} among ${resource.name}`);
    }
    const looked = (await plans(true)).filter(
      (plan) => plan['Index Name'] === 'host_search' && (plan['Actual Rows'] ?? 0) * (plan['Actual Loops'] ?? 0) > 0,
    );
    // Of few rows it may be asked again, by their ids.
    if (word === 'router') t.is(looked.length, 1);
  }
});

test('looking everywhere counts the rows that hold a word and those that refer to one that does', async (t) => {
  const everywhere = resources.map(({ name }) => everythingOf(name));
  const part = `name ILIKE '%' || $1 || '%' OR ipn ILIKE '%' || $1 || '%' OR description ILIKE '%' || $1 || '%'`;
  const holding: Record<string, string> = {
    nic: `nic AS t WHERE search_text LIKE '%' || $1 || '%'
      OR host_id IN (SELECT id FROM host WHERE hostname ILIKE '%' || $1 || '%')`,
    part: `part AS t WHERE search_text LIKE '%' || $1 || '%'
      OR category_id IN (SELECT id FROM part_category WHERE name ILIKE '%' || $1 || '%')`,
    stock_item: `stock_item AS t WHERE search_text LIKE '%' || $1 || '%' OR part_id IN (SELECT id FROM part WHERE ${part})`,
  };
  for (const word of ['zeppelin', 'resistor', '00123', '7f', '29', 'b7', 'g7', 'zz']) {
    const found = await searchIn(services.pool, everywhere, [word], null, {});
    for (const [name, rows] of Object.entries(holding)) {
      const all = await services.pool.query<{ count: number }>(`SELECT count(*)::int FROM ${rows}`, [word]);
      const exact = all.rows[0]?.count ?? -1;
      const { count = 0, countIsEstimate = false } = found.find(({ resource }) => resource.name === name) ?? {};
      // Of words that no index knows, fewer are counted.
      t.is(countIsEstimate, word.length < 3 && exact > 5000, `${word} among ${name}`);
      if (countIsEstimate) t.true(count > 5000 && count < exact * 2);
      else t.is(count, exact, `${word} among ${name}`);
    }
  }
});

test('a misspelt word is looked for everywhere without reading hosts or parts from end to end', async (t) => {
  const { db, plans } = watched();
  const everywhere = resources.map(({ name }) => everythingOf(name));
  const found = await searchIn(db, everywhere, ['zepelin'], null, {});
  t.deepEqual(
    found.map(({ resource, count }) => [resource.name, count]),
    [
      ['host', 20],
      ['part', 20],
      ['stock_item', 6],
    ],
  );
  const read = (await plans(true))
    .filter((plan) => plan['Node Type'] === 'Seq Scan' && plan['Actual Loops'])
    .map((plan) => plan['Relation Name']);
  t.false(read.includes('host') || read.includes('part'));
});

test('counts are exact up to 100,000; beyond, an estimate says that it is one and leads to the last row all the same', async (t) => {
  const { pool, knex } = services;
  const count = async (limit: number, offset: number) => {
    const page = { kind: 'offset', limit, offset } as const;
    const { count, countIsEstimate } = await readList(
      pool,
      projection('part'),
      { where: [], search: [], order: ['id'], page },
      null,
      false,
    );
    return { count: count ?? 0, countIsEstimate };
  };
  t.deepEqual(await count(10, 0), { count: 100_000, countIsEstimate: false });
  await knex.raw(`INSERT INTO part (name) SELECT 'Late part ' || n FROM generate_series(1, 50) AS n`);
  const first = await count(10, 0);
  t.true(first.countIsEstimate);
  t.true(first.count > 100_000 && first.count < 110_000);
  // More than are gathered: those that come first in the list, and last in the table, are found all the same.
  const few = { kind: 'offset', limit: 2, offset: 0 } as const;
  const query = { where: [], search: ['a'], order: ['-IPN'], page: few };
  const found = await readList(pool, projection('part'), query, null, false);
  t.true(found.countIsEstimate);
  t.regex(found.text ?? '', /Resistor 100000.*Diode 99999/);
  const nearTheEnd = await count(10, 100_030);
  t.true(nearTheEnd.countIsEstimate);
  t.true(nearTheEnd.count > 100_040);
  t.deepEqual(await count(20, 100_040), { count: 100_050, countIsEstimate: false });
});
