import { randomUUID } from 'node:crypto';
import { chown, mkdir, readdir, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Account } from './account.ts';
import type { Binaries } from './binaries.ts';
import { readIfThere } from './kept-file.ts';
import { ProgramError, run } from './program.ts';
import { isAlive, runningServer } from './running-server.ts';

/** A PostgreSQL cluster on this machine: its folder, and what it takes to run it. */
export interface Cluster {
  /** The folder with PG_VERSION in it. */
  readonly data: string;
  readonly binaries: Binaries;
  /** Who it runs as; null: we. */
  readonly account: Account | null;
  /** Password of its superuser `quartermaster`. */
  readonly password: string;
}

const superuser = 'quartermaster';

/** The address of a database of the cluster. */
export const urlOf = ({ password }: Cluster, port: number, database: string): string =>
  `postgres://${superuser}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`;

const logFile = (cluster: Cluster): string => join(cluster.data, 'server.log');
/** The server's log starts anew at the next start once it is larger; bytes. */
const largestLog = 5_000_000;

/**
 * Makes the cluster when there is none. It is made beside its place and then moved there, so that one that was
 * interrupted is never taken for a whole one, and of several processes at once one wins.
 */
export async function initialise(cluster: Cluster): Promise<void> {
  const { data, account, binaries } = cluster;
  if ((await readIfThere(join(data, 'PG_VERSION'))) !== null) return;
  await removeAbandonedDrafts(data);
  const draft = `${data}.draft-${process.pid}-${randomUUID().slice(0, 8)}`;
  const passwordFile = join(draft, 'password');
  const made = join(draft, 'cluster');
  try {
    await mkdir(draft, { mode: 0o700 });
    await writeFile(passwordFile, `${cluster.password}\n`, { mode: 0o600 });
    if (account) {
      await chown(draft, account.uid, account.gid);
      await chown(passwordFile, account.uid, account.gid);
    }
    await run(
      binaries.initdb,
      [
        `--pgdata=${made}`,
        `--username=${superuser}`,
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        '--locale=C',
        '--no-sync',
      ],
      account,
    );
    await rename(made, data);
  } catch (error) {
    if (!['EEXIST', 'ENOTEMPTY'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** What an interrupted first start left: drafts of processes that are no more. */
async function removeAbandonedDrafts(data: string): Promise<void> {
  const parent = join(data, '..');
  for (const entry of await readdir(parent)) {
    const maker = entry.startsWith(`${basename(data)}.draft-`) ? Number(entry.split('-')[1]) : Number.NaN;
    if (maker && !isAlive(maker)) await rm(join(parent, entry), { recursive: true, force: true });
  }
}

/** Starts the server on a free loopback port and waits until it takes connections. It outlives this process. */
export async function start(cluster: Cluster, settings: Readonly<Record<string, string>> = {}): Promise<void> {
  const { data, account, binaries } = cluster;
  const log = logFile(cluster);
  if (((await stat(log).catch(() => null))?.size ?? 0) > largestLog) await truncate(log);
  const all = { listen_addresses: '127.0.0.1', unix_socket_directories: '', log_checkpoints: 'off', ...settings };
  const options = Object.entries(all).map(([name, value]) => `-c ${name}='${value}'`);
  options.push(`-p ${await freePort()}`);
  try {
    await run(
      binaries.pgCtl,
      ['start', '-w', '-t', '60', '-s', '-D', data, '-l', log, '-o', options.join(' ')],
      account,
    );
  } catch (error) {
    if (!(error instanceof ProgramError)) throw error;
    throw new ProgramError(`PostgreSQL does not start: ${await lastComplaint(log)}`);
  }
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
  for (let waited = 0; waited < 2000 && isAlive(server.pid); waited += 20) await sleep(20);
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
