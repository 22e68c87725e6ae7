import { type ChildProcess, spawn } from 'node:child_process';
import { access, readdir } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Account } from '../../shared/embedded-postgres/account.ts';
import type { Binaries } from '../../shared/embedded-postgres/binaries.ts';

/** Where Debian keeps what the cluster is made of. */
export interface Programs {
  readonly postgres: Binaries & { readonly basebackup: string };
  readonly pgbouncer: string;
  readonly haproxy: string;
}

/** @throws Error saying in one line what to install */
export async function findPrograms(): Promise<Programs> {
  const root = '/usr/lib/postgresql';
  const versions = (await readdir(root).catch(() => [])).sort((a, b) => Number(b) - Number(a));
  const bin = join(root, versions[0] ?? 'none', 'bin');
  const programs = {
    postgres: {
      initdb: join(bin, 'initdb'),
      pgCtl: join(bin, 'pg_ctl'),
      postgres: join(bin, 'postgres'),
      basebackup: join(bin, 'pg_basebackup'),
    },
    pgbouncer: '/usr/sbin/pgbouncer',
    haproxy: '/usr/sbin/haproxy',
  };
  const wanted = { postgresql: programs.postgres.basebackup, pgbouncer: programs.pgbouncer, haproxy: programs.haproxy };
  const missing: string[] = [];
  for (const [name, program] of Object.entries(wanted)) await access(program).catch(() => missing.push(name));
  if (missing.length > 0) throw new Error(`This takes programs of Debian's: apt-get install ${missing.join(' ')}`);
  return programs;
}

/** A program that listens on a port of this machine, until it is ended. */
export interface Listening {
  end(): Promise<void>;
}

/** Starts it and waits until it takes connections. @throws Error with what it said when it ends before */
export async function listening(
  program: string,
  args: readonly string[],
  port: number,
  as: Account | null = null,
): Promise<Listening> {
  const child = spawn(program, args, { cwd: '/', stdio: ['ignore', 'pipe', 'pipe'], ...(as && { ...as }) });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text: Buffer) => {
      said = (said + text.toString()).slice(-2000);
    });
  }
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
  while (!(await takesConnections(port))) {
    if (hasEnded(child)) throw new Error(`${program} does not run: ${said.trim()}`);
    await sleep(50);
  }
  return {
    async end() {
      child.kill('SIGTERM');
      await Promise.race([gone, sleep(3000)]);
      child.kill('SIGKILL');
      await gone;
    },
  };
}

const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode !== null || signalCode !== null;

function takesConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

/** A port of this machine on which nobody listens now. */
export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
