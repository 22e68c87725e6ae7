import pg from 'pg';
import { sweep as sweepNow } from '../../idp/provider/sweeper.ts';
import { issuers } from '../identity.ts';
import { disturbed } from '../measure/disturbed.ts';
import { progress } from '../progress.ts';
import { type Bench, type Outcome, type Row, under } from '../row.ts';

const expired = 10_000_000;

export const sweep: Row = {
  name: 'sweep',
  about: `p99 of tokens while ${expired.toLocaleString('en')} expired rows are swept, to the same left alone`,
  async run(bench: Bench): Promise<Outcome> {
    const stage = await bench.stage(bench.hosts);
    const { databaseUrl } = stage.services.config;
    progress('sweep: making expired rows');
    await makeExpired(databaseUrl);
    const { ours, close } = await issuers(stage);
    let swept = 0;
    let seconds = 0;
    const sweeping = async (_seconds: number, stop: AbortSignal) => {
      const begun = performance.now();
      // The service sweeps on its own once a minute; here it goes on all the time.
      while (!stop.aborted) swept += await sweepNow(stage.services.knex, stop);
      seconds += (performance.now() - begun) / 1000;
    };
    try {
      const token = {
        kind: 'body',
        path: ours.paths.token,
        body: 'grant_type=client_credentials&scope=g%3Aread',
      } as const;
      const measured = await disturbed(
        'sweep',
        { pid: ours.server.child.pid, load: () => ({ url: ours.url, headers: ours.machine, shot: token }) },
        [sweeping],
        { ...bench, seconds: Math.max(5, bench.seconds) },
      );
      const value = measured.disturbed.p99 / measured.quiet.p99;
      return {
        figures: [
          { what: 'p99 of tokens, to the same left alone', unit: 'ratio', value, atMost: 3 },
          {
            what: `for each 1,000 rows (${swept.toLocaleString('en')} were swept)`,
            unit: 'ms',
            value: (seconds * 1e6) / swept,
          },
        ],
        measured: under('token', Object.values(measured)),
      };
    } finally {
      await close();
    }
  },
};

async function makeExpired(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    // A row before this one may have left our role the limits that sessions behind a pooler have.
    await client.query('SET statement_timeout = 0');
    await client.query(
      `INSERT INTO oidc_artifacts (kind, id_hash, payload, expires_at)
       SELECT 'Interaction', decode(md5(n::text), 'hex'), '{}', now() - interval '1 day' - n * interval '1 second'
         FROM generate_series(1, $1::int) AS n`,
      [expired],
    );
    await client.query('VACUUM ANALYZE oidc_artifacts');
    await client.query('CHECKPOINT');
  } finally {
    await client.end();
  }
}
