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

/** A PostgreSQL of its own with two streaming replicas, and an empty database in them. */
export interface ReplicatedDatabase {
  readonly primaryUrl: string;
  readonly replicas: readonly [Replica, Replica];
  close(): Promise<void>;
}

export interface Replica {
  readonly url: string;
  /** Asks the replica itself. */
  ask(statement: string): Promise<void>;
  stop(): Promise<void>;
  /** On the port that it had. */
  start(): Promise<void>;
}

const name = 'replicated';
/** Nothing of a test run has to outlive a power cut. */
const careless = { fsync: 'off', full_page_writes: 'off' };

export async function replicatedDatabase(): Promise<ReplicatedDatabase> {
  const account = await databaseAccount();
  const home = await passingHome(tmpdir(), 'quartermaster-replica-', account);
  const shared = { binaries: await findBinaries(account, home), account, password: 'test' };
  const primary: Cluster = { ...shared, data: join(home, 'primary') };
  const followers = ['one', 'other'].map((which): Cluster => ({ ...shared, data: join(home, which) }));
  const close = async () => {
    await Promise.all([primary, ...followers].map((server) => stop(server, 'immediate')));
    await rm(home, { recursive: true, force: true });
  };
  try {
    await initialise(primary);
    for (const { data } of followers) {
      // A copy of a server at rest is all that a replica needs to begin with.
      await cp(primary.data, data, { recursive: true });
      await writeFile(join(data, 'standby.signal'), '');
      if (account) await giveTo(account, data);
    }
    await start(primary, careless);
    const port = await portOf(primary);
    const [one, other] = await Promise.all(followers.map((follower) => follow(port, follower)));
    if (!one || !other) throw new Error('A replica is missing');
    await ask(urlOf(primary, port, 'postgres'), `CREATE DATABASE ${name}`);
    return { primaryUrl: urlOf(primary, port, name), replicas: [one, other], close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function follow(primaryPort: number, replica: Cluster): Promise<Replica> {
  const following = `host=127.0.0.1 port=${primaryPort} user=quartermaster password=${replica.password}`;
  await start(replica, { ...careless, primary_conninfo: following });
  const port = await portOf(replica);
  return {
    url: urlOf(replica, port, name),
    ask: (statement) => ask(urlOf(replica, port, 'postgres'), statement),
    stop: () => stop(replica, 'immediate'),
    start: () => start(replica, { ...careless, primary_conninfo: following, port: String(port) }),
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
