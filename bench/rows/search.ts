import type pg from 'pg';
import { median } from '../measure/median.ts';
import { progress } from '../progress.ts';
import { type Bench, type Figure, type Outcome, type Row } from '../row.ts';
import { textAt } from '../same-bytes.ts';

const words = [
  ['zeppelin', 'a word in 20 of them'],
  ['router', 'a word in 20,000 of them'],
] as const;
const times = 31;

export const search: Row = {
  name: 'search',
  about: '25 hosts found by a word, time that the database takes (median)',
  async run(bench: Bench): Promise<Outcome> {
    const stage = await bench.stage(100_000);
    const headers = await stage.bearer('r:view:host');
    const { pool } = stage.services;
    const watch = await watchStatements(pool);
    const figures: Figure[] = [];
    for (const [word, what] of words) {
      progress(`search: ${word}`);
      const taken: number[] = [];
      for (let n = 0; n < times; n++) {
        const before = await watch();
        const text = await textAt(`${stage.api.url}/api/inventory/host/?limit=25&search=${word}`, headers);
        if ((JSON.parse(text) as { results: unknown[] }).results.length < 20) throw new Error(`${word} finds too little`);
        if (n > 0) taken.push((await watch()) - before);
      }
      figures.push({ what, unit: 'ms', value: median(taken), atMost: 10 });
    }
    return { figures, measured: [] };
  },
};

/** Tells the milliseconds that statements of the api, not of this process, have taken so far. */
async function watchStatements(pool: pg.Pool): Promise<() => Promise<number>> {
  await pool.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements');
  const mine = '/* the bench asks */';
  return async () => {
    const { rows } = await pool.query<{ ms: number }>(
      `SELECT coalesce(sum(total_exec_time + total_plan_time), 0)::float8 AS ms ${mine} FROM pg_stat_statements
        WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND query NOT LIKE '%pg_stat_statements%'`,
    );
    return rows[0]?.ms ?? 0;
  };
}
