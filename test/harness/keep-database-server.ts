import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { loadConfig } from '../../shared/config.ts';
import { closeDatabase, openDatabase } from '../../shared/database.ts';
import { databaseAccount } from '../../shared/embedded-postgres/account.ts';
import { findBinaries } from '../../shared/embedded-postgres/binaries.ts';
import { type Cluster, initialise, urlOf } from '../../shared/embedded-postgres/cluster.ts';
import { passingHome } from '../../shared/embedded-postgres/home.ts';
import { keptFile } from '../../shared/embedded-postgres/kept-file.ts';
import { isAlive, runningServer } from '../../shared/embedded-postgres/running-server.ts';
import { start, stop } from '../../shared/embedded-postgres/server.ts';
import { migrate } from '../../shared/migrations.ts';

/** Nothing of a test run has to outlive a power cut. */
const settings = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '400',
  autovacuum: 'off',
};

// Started by database-server.ts: brings the run's PostgreSQL up, and down when the run is over.
const [run = '', runner = ''] = process.argv.slice(2);
const account = await databaseAccount();
const home = await passingHome(tmpdir(), 'quartermaster-test-', account);
let cluster: Cluster | null = null;
try {
  cluster = {
    data: join(home, 'postgres'),
    binaries: await findBinaries(account, home),
    account,
    password: 'test',
  };
  await initialise(cluster);
  await start(cluster, settings);
  const { port } = (await runningServer(cluster.data)) ?? { port: 0 };
  await makeTemplate(urlOf(cluster, port, 'postgres'), urlOf(cluster, port, 'template_quartermaster'));
  const address = urlOf(cluster, port, 'postgres');
  await keptFile(join(run, 'ready'), () => address);
  while (isAlive(Number(runner))) await sleep(250);
} catch (error) {
  await keptFile(join(run, 'failed'), () => String(error).split('\n').at(-1) ?? '');
  while (isAlive(Number(runner))) await sleep(250);
} finally {
  if (cluster) await stop(cluster, 'immediate');
  // Its last processes may be writing still.
  await rm(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  await rm(run, { recursive: true, force: true });
}

async function makeTemplate(server: string, template: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    await client.query('CREATE DATABASE template_quartermaster');
  } finally {
    await client.end();
  }
  const database = await openDatabase({ ...loadConfig({}), databaseUrl: template });
  try {
    await migrate(database.knex);
  } finally {
    await closeDatabase(database);
  }
}
