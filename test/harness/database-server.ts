import { fork } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { keptFile, readIfThere } from '../../shared/embedded-postgres/kept-file.ts';

/** Longest wait for the run's database server; it needs about two seconds, more while everything starts at once. */
const patience = 90_000;

/**
 * The run's own PostgreSQL. Test files run in processes of their own, all children of one ava: the first of them starts
 * a keeper, which brings the server up with a migrated template database and takes it down when ava ends, however it
 * ends. So one file alone works as well as all of them.
 * @returns address of its database `postgres`
 */
export async function databaseServer(): Promise<string> {
  const run = await runFolder();
  const ready = join(run, 'ready');
  // Whoever writes this file is the first.
  if ((await keptFile(join(run, 'starter'), () => String(process.pid))) === String(process.pid)) startKeeper(run);
  for (const until = Date.now() + patience; Date.now() < until; await sleep(50)) {
    const address = await readIfThere(ready);
    if (address) return address;
    const failure = await readIfThere(join(run, 'failed'));
    if (failure) throw new Error(`The run's database server does not start: ${failure}`);
  }
  throw new Error(`The run's database server does not start; look into ${run}`);
}

/** What the processes of one run share; the keeper removes it at the end. */
export async function runFolder(): Promise<string> {
  const run = join(tmpdir(), `quartermaster-run-${process.ppid}-${await startOf(process.ppid)}`);
  await mkdir(run, { recursive: true });
  return run;
}

/** When a process started, as Linux counts: a number that a later process gets too is told apart by it. */
async function startOf(pid: number): Promise<string> {
  const facts = await readIfThere(`/proc/${pid}/stat`);
  return facts?.slice(facts.lastIndexOf(')')).split(' ')[20] ?? '0';
}

function startKeeper(run: string): void {
  const keeper = fork(join(import.meta.dirname, 'keep-database-server.ts'), [run, String(process.ppid)], {
    detached: true,
    stdio: 'ignore',
    execArgv: [],
  });
  keeper.disconnect();
  keeper.unref();
}

let databases = 0;

/** Makes a database from the migrated template. @returns its address */
export async function freshDatabase(): Promise<string> {
  const server = await databaseServer();
  const name = `test_${process.pid}_${++databases}`;
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    // Copying the files takes a third of the work of copying row by row, with nothing to be kept through a crash.
    await client.query(`CREATE DATABASE ${name} TEMPLATE template_quartermaster STRATEGY file_copy`);
  } finally {
    await client.end();
  }
  return server.replace(/\/postgres$/, `/${name}`);
}
