import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, stat, truncate } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from './cluster.ts';
import { ProgramError, run, surroundings } from './program.ts';
import { runningServer, runsOn } from './running-server.ts';

const logFile = (data: string): string => join(data, 'server.log');
/** The server's log starts anew at the next start once it is larger; bytes. */
const largestLog = 5_000_000;
/** How long a start may take, recovery after a crash included; milliseconds. */
const startPatience = 60_000;

/** Starts the server on a free loopback port and waits until it takes connections. It outlives this process. */
export async function start(cluster: Cluster, settings: Readonly<Record<string, string>> = {}): Promise<void> {
  const all = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    log_checkpoints: 'off',
    // A table that was empty and fills quickly is planned for as what it is after seconds, not a minute.
    autovacuum_naptime: '10s',
    ...settings,
  };
  const options = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const keeper = await launch(cluster, ['-D', cluster.data, '-p', String(await freePort()), ...options]);
  const giveUpAt = Date.now() + startPatience;
  for (;;) {
    if ((await runningServer(cluster.data))?.state === 'ready') return;
    if (keeper.exitCode !== null || keeper.signalCode !== null) {
      throw new ProgramError(`PostgreSQL does not start: ${await lastComplaint(logFile(cluster.data))}`);
    }
    if (Date.now() > giveUpAt) throw new ProgramError('PostgreSQL does not start: it takes too long');
    await sleep(20);
  }
}

/**
 * Runs the server out of reach of our terminal. A shell stays as its parent and takes note of its end: when we are
 * gone, nobody else might, and a defunct server would stay in the process table.
 */
async function launch({ data, account, binaries }: Cluster, options: string[]): Promise<ChildProcess> {
  const log = logFile(data);
  if (((await stat(log).catch(() => null))?.size ?? 0) > largestLog) await truncate(log);
  const script = 'log=$1; shift; "$@" >>"$log" 2>&1; exit $?';
  const child = spawn('/bin/sh', ['-c', script, 'sh', log, binaries.postgres, ...options], {
    ...surroundings(account),
    cwd: '/',
    detached: true,
    stdio: 'ignore',
  });
  child.unref();
  try {
    await once(child, 'spawn');
  } catch (error) {
    throw new ProgramError(`PostgreSQL does not start: ${(error as Error).message}`);
  }
  return child;
}

async function lastComplaint(log: string): Promise<string> {
  const lines = (await readFile(log, 'utf8').catch(() => '')).trim().split('\n');
  return lines.findLast((line) => /FATAL|PANIC|ERROR/.test(line)) ?? lines.at(-1) ?? `see ${log}`;
}

/** Stops the server: `fast` ends its connections first, `immediate` pulls the plug (it recovers at the next start). */
export async function stop(cluster: Cluster, how: 'fast' | 'immediate' = 'fast'): Promise<void> {
  const { data, account, binaries } = cluster;
  const server = await runningServer(data);
  if (!server) return;
  await run(binaries.pgCtl, ['stop', '-w', '-t', '30', '-s', '-m', how, '-D', data], account);
  // pg_ctl returns when the pid file is gone, a moment before the process is.
  for (let waited = 0; waited < 2000 && (await runsOn(server.pid, data)); waited += 20) await sleep(20);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
