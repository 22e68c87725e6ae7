import { chown, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import type { Account } from '../../shared/embedded-postgres/account.ts';
import { type Cluster, urlOf } from '../../shared/embedded-postgres/cluster.ts';
import { run } from '../../shared/embedded-postgres/program.ts';
import { type RunningServer, runningServer } from '../../shared/embedded-postgres/running-server.ts';
import { start, stop } from '../../shared/embedded-postgres/server.ts';
import { freePort, type Listening, listening, type Programs } from './programs.ts';

/** A primary, its streaming replica, and PgBouncer in transaction mode before both. */
export interface Databases {
  /** For whoever owns the tables and is no superuser: straight to the primary, and through the pooler to each. */
  readonly direct: string;
  readonly pooled: string;
  readonly pooledReplica: string;
  /** For the superuser. */
  readonly superuser: string;
  readonly pids: Readonly<Record<'primary' | 'replica', number>>;
  stopReplica(): Promise<void>;
  startReplica(): Promise<void>;
}

const name = 'lab';
const owner = { name: 'quartermaster_owner', password: 'of the lab' };
const password = 'of the superuser';
const settings = { max_connections: '200', hot_standby_feedback: 'on' };

/** @param atEnd takes what is to be done at the end, the last first, however far this comes */
export async function openDatabases(
  programs: Programs,
  home: string,
  account: Account | null,
  atEnd: (close: () => Promise<unknown>) => void,
): Promise<Databases> {
  const shared = { binaries: programs.postgres, account, password };
  const primary: Cluster = { ...shared, data: join(home, 'primary') };
  const replica: Cluster = { ...shared, data: join(home, 'replica') };
  const passwordFile = await fileFor(account, join(home, 'password'), password);
  const created = ['--username=quartermaster', `--pwfile=${passwordFile}`, '--auth=scram-sha-256', '--no-sync'];
  await run(
    programs.postgres.initdb,
    [`--pgdata=${primary.data}`, ...created, '--encoding=UTF8', '--locale=C.UTF-8'],
    account,
  );
  atEnd(() => stop(primary, 'immediate'));
  await start(primary, settings);
  const { port, pid } = await serverOf(primary);
  await onPrimary(urlOf(primary, port, 'postgres'), [
    `CREATE ROLE ${owner.name} LOGIN PASSWORD '${owner.password}'`,
    `CREATE DATABASE ${name} OWNER ${owner.name}`,
  ]);
  const from = urlOf(primary, port, 'postgres');
  await run(
    programs.postgres.basebackup,
    ['-d', from, '-D', replica.data, '-R', '-X', 'stream', '-c', 'fast', '--no-sync'],
    account,
  );
  atEnd(() => stop(replica, 'immediate'));
  await start(replica, settings);
  const { port: replicaPort, pid: replicaPid } = await serverOf(replica);
  const pooler = await openPooler(programs, home, account, { port, replicaPort });
  atEnd(() => pooler.end());
  const urlAt = (at: number, database: string) =>
    `postgres://${owner.name}:${encodeURIComponent(owner.password)}@127.0.0.1:${at}/${database}`;
  return {
    direct: urlAt(port, name),
    pooled: urlAt(pooler.port, name),
    pooledReplica: urlAt(pooler.port, `${name}_replica`),
    superuser: urlOf(primary, port, name),
    pids: { primary: pid, replica: replicaPid },
    stopReplica: () => stop(replica, 'immediate'),
    startReplica: () => start(replica, { ...settings, port: String(replicaPort) }),
  };
}

/** The program's settings are those that docs/running-at-scale.md tells. */
async function openPooler(
  { pgbouncer }: Programs,
  home: string,
  account: Account | null,
  { port, replicaPort }: { port: number; replicaPort: number },
): Promise<Listening & { readonly port: number }> {
  const users = await fileFor(account, join(home, 'users.txt'), `"${owner.name}" "${owner.password}"\n`);
  const listensOn = await freePort();
  const settings = [
    '[databases]',
    `${name} = host=127.0.0.1 port=${port} dbname=${name}`,
    `${name}_replica = host=127.0.0.1 port=${replicaPort} dbname=${name}`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${listensOn}`,
    'unix_socket_dir =',
    'pool_mode = transaction',
    'auth_type = scram-sha-256',
    `auth_file = ${users}`,
    'default_pool_size = 20',
    'max_client_conn = 500',
  ];
  const file = await fileFor(account, join(home, 'pgbouncer.ini'), `${settings.join('\n')}\n`);
  return { ...(await listening(pgbouncer, [file], listensOn, account)), port: listensOn };
}

async function fileFor(account: Account | null, file: string, text: string): Promise<string> {
  await writeFile(file, text, { mode: 0o600 });
  if (account) await chown(file, account.uid, account.gid);
  return file;
}

async function serverOf({ data }: Cluster): Promise<RunningServer> {
  const server = await runningServer(data);
  if (!server) throw new Error(`PostgreSQL ended: see ${data}/server.log`);
  return server;
}

async function onPrimary(url: string, statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}
