import { chown, cp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { databaseAccount } from '../../shared/embedded-postgres/account.ts';
import { findBinaries } from '../../shared/embedded-postgres/binaries.ts';
import { type Cluster, initialise, urlOf } from '../../shared/embedded-postgres/cluster.ts';
import { passingHome } from '../../shared/embedded-postgres/home.ts';
import { runningServer } from '../../shared/embedded-postgres/running-server.ts';
import { start, stop } from '../../shared/embedded-postgres/server.ts';

/** A PostgreSQL of its own with a streaming replica; both hold an empty database. */
export interface ReplicatedDatabase {
  readonly primaryUrl: string;
  readonly replicaUrl: string;
  /** Asks the replica itself. */
  onReplica(statement: string): Promise<void>;
  stopReplica(): Promise<void>;
  /** On the port that it had. */
  startReplica(): Promise<void>;
  close(): Promise<void>;
}

const name = 'replicated';
/** Nothing of a test run has to outlive a power cut. */
const careless = { fsync: 'off', full_page_writes: 'off' };

export async function replicatedDatabase(): Promise<ReplicatedDatabase> {
  const account = await databaseAccount();
  const home = await passingHome(tmpdir(), 'quartermaster-replica-', account);
  const shared = { binaries: await findBinaries(account, home), account, password: 'test' };
  const primary: Cluster = { ...shared, data: join(home, 'primary') };
  const replica: Cluster = { ...shared, data: join(home, 'replica') };
  await initialise(primary);
  // A copy of a server at rest is all that a replica needs to begin with.
  await cp(primary.data, replica.data, { recursive: true, preserveTimestamps: true });
  const signal = join(replica.data, 'standby.signal');
  await writeFile(signal, '');
  if (account) await giveTo(account, replica.data);
  await start(primary, careless);
  const port = await portOf(primary);
  const following = `host=127.0.0.1 port=${port} user=quartermaster password=test`;
  let replicaPort = 0;
  const startReplica = async () => {
    const fixed: Record<string, string> = replicaPort ? { port: String(replicaPort) } : {};
    await start(replica, { ...careless, primary_conninfo: following, ...fixed });
    replicaPort = await portOf(replica);
  };
  await startReplica();
  await ask(urlOf(primary, port, 'postgres'), `CREATE DATABASE ${name}`);
  return {
    primaryUrl: urlOf(primary, port, name),
    replicaUrl: urlOf(replica, replicaPort, name),
    onReplica: (statement) => ask(urlOf(replica, replicaPort, 'postgres'), statement),
    stopReplica: () => stop(replica, 'immediate'),
    startReplica,
    async close() {
      await Promise.all([stop(replica, 'immediate'), stop(primary, 'immediate')]);
      await rm(home, { recursive: true, force: true });
    },
  };
}

const portOf = async ({ data }: Cluster): Promise<number> => (await runningServer(data))?.port ?? 0;

async function giveTo({ uid, gid }: { uid: number; gid: number }, folder: string): Promise<void> {
  await chown(folder, uid, gid);
  for (const entry of await readdir(folder, { recursive: true })) await chown(join(folder, entry), uid, gid);
}

async function ask(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
