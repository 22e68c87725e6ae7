import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type pg from 'pg';
import { resourceNamed, resources } from '../api/resources/index.ts';
import type { Projection } from '../api/store/projection.ts';
import { readList } from '../api/store/read.ts';
import { searchIn, wordsOf } from '../api/store/search.ts';
import { scopeOf } from '../api/store/searched.ts';
import { loadConfig } from '../shared/config.ts';
import { closeServices, openServices } from '../shared/services.ts';
import { fillWithMany } from '../test/store/many-rows.ts';

// `node bench/search.ts`: how long searches take among 100,000 hosts and as many parts, statements and all, and how much
// of that PostgreSQL says it works: the sum over all statements, which partly run side by side.

/** What was asked in the last search. */
let asked: pg.QueryConfig[] = [];

const middle = (times: number[]): number => times.sort((a, b) => a - b)[times.length >> 1] ?? 0;

/** How long PostgreSQL takes for a statement, in milliseconds: planning counts where it is not kept. */
async function timeOf(pool: pg.Pool, { text, values, name }: pg.QueryConfig): Promise<number> {
  const times: number[] = [];
  for (let n = 0; n < 9; n++) {
    const { rows } = await pool.query(`EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${text}`, values);
    const plan = rows[0]['QUERY PLAN'][0];
    times.push(plan['Execution Time'] + (name ? 0 : plan['Planning Time']));
  }
  return middle(times);
}

/** Runs it until connections have its statements prepared, then times it. */
async function measure(pool: pg.Pool, name: string, run: () => Promise<number>): Promise<void> {
  const times: number[] = [];
  let found = 0;
  for (let n = 0; n < 60; n++) {
    asked = [];
    const start = performance.now();
    found = await run();
    if (n >= 45) times.push(performance.now() - start);
  }
  let worked = 0;
  for (const one of asked.filter(({ text }) => !text.startsWith('EXPLAIN'))) worked += await timeOf(pool, one);
  const figures = [middle(times), worked].map((time) => time.toFixed(1).padStart(8)).join('');
  console.log(`${figures}  ${name.padEnd(36)}${String(found).padStart(7)}`);
}

const dataDir = join(tmpdir(), `quartermaster-bench-${process.pid}`);
const services = await openServices(loadConfig({ DATA_DIR: dataDir, LOG_LEVEL: 'error' }), { role: 'bench' });
try {
  await fillWithMany(services.knex);
  const { pool } = services;
  const query = (given: string | pg.QueryConfig, values?: unknown[]) => {
    asked.push(typeof given === 'string' ? { text: given, ...(values && { values }) } : given);
    return typeof given === 'string' ? pool.query(given, values) : pool.query(given);
  };
  const db = { query } as unknown as pg.Pool;
  console.log('ms, the middle of 15: whole, in PostgreSQL              found');
  const single = ['zeppelin', 'router', 'resistor', 'sistor', 'osciloscope', 'ruoter', 'zzzz', 'zz', '29', 'e'];
  for (const typed of [...single, 'resistor 42', 'node 29', 'package 29', 'capcitor packge']) {
    const words = wordsOf(typed);
    for (const name of ['host', 'part', 'everything']) {
      const scopes = (name === 'everything' ? resources : [resourceNamed(name)]).map((resource) =>
        scopeOf(resource, false, () => 'all'),
      );
      await measure(pool, `search ${name} «${typed}»`, async () => {
        const found = await searchIn(db, scopes, words, null, {});
        return found.reduce((sum, { count }) => sum + count, 0);
      });
    }
    for (const name of ['host', 'part']) {
      const projection: Projection = {
        resource: resourceNamed(name),
        name: 'bench',
        columns: [{ key: 'label', sql: (statement) => statement.path('$label') }],
      };
      const page = { kind: 'offset', limit: 25, offset: 0 } as const;
      await measure(pool, `list ${name} «${typed}»`, async () => {
        const list = await readList(db, projection, { where: [], search: words, order: [], page }, null, false);
        return list.count ?? 0;
      });
    }
  }
} finally {
  await closeServices(services);
  await rm(dataDir, { recursive: true, force: true });
}
