import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { ConfigError } from './config.ts';
import { databaseAccount } from './embedded-postgres/account.ts';
import { findBinaries } from './embedded-postgres/binaries.ts';
import { type Cluster, initialise, urlOf } from './embedded-postgres/cluster.ts';
import { findHome } from './embedded-postgres/home.ts';
import { keptFile } from './embedded-postgres/kept-file.ts';
import { ProgramError } from './embedded-postgres/program.ts';
import { runningServer } from './embedded-postgres/running-server.ts';
import { start, stop } from './embedded-postgres/server.ts';
import { randomSecret } from './identity/secrets.ts';

/** The PostgreSQL that comes with the program, while this process uses it. */
export interface EmbeddedPostgres {
  readonly databaseUrl: string;
  /** Made at the first start and kept beside the data. */
  readonly secretKey: string;
  /** Where database, password and secret key lie. */
  readonly home: string;
  /** Calls back when the server goes away although nobody here let go of it. */
  onLost(listener: () => void): void;
  /** Lets go; the last process to do so stops the server. */
  close(): Promise<void>;
}

const databaseName = 'quartermaster';
/** Room for the connections of a dozen processes; what nobody connects to costs a few megabytes. */
const serverSettings = { max_connections: '400' };
/** Every process that uses the server holds this lock shared; who gets it alone is the last. */
const useLock = 0x51_4d_02;
/** How long to wait for a server that another process starts or stops; milliseconds. */
const patience = 60_000;
/** How long to try again after a failure: what a killed server leaves may hold its memory for a few seconds more. */
const retryFor = 10_000;

/**
 * Starts the embedded PostgreSQL below `dataDir`, or joins the one that already runs there: another process of ours,
 * or what a killed one left.
 * @throws ConfigError saying in one line why it can't run
 */
export async function openEmbeddedPostgres(dataDir: string): Promise<EmbeddedPostgres> {
  const account = await databaseAccount();
  const home = await findHome(dataDir, account);
  try {
    const cluster: Cluster = {
      data: join(home, 'postgres'),
      binaries: await findBinaries(account, home),
      account,
      password: await keptFile(join(home, 'database-password'), () => randomSecret()),
    };
    const secretKey = await keptFile(join(home, 'secret-key'), () => randomSecret(48));
    await initialise(cluster);
    const { port, hold } = await takeHold(cluster);
    await ensureDatabase(hold);
    return new Held(cluster, hold, { home, secretKey, databaseUrl: urlOf(cluster, port, databaseName) });
  } catch (error) {
    const { message, syscall } = error as NodeJS.ErrnoException;
    if (error instanceof ProgramError || error instanceof pg.DatabaseError || syscall) {
      throw new ConfigError(`DATA_DIR can not be used (${home}): ${message}`);
    }
    throw error;
  }
}

/** Starts the server or finds it started, and takes hold of it; waits while another process starts or stops it. */
async function takeHold(cluster: Cluster): Promise<{ port: number; hold: pg.Client }> {
  const giveUpAt = Date.now() + patience;
  let retryUntil: number | null = null;
  for (;;) {
    const server = await runningServer(cluster.data);
    try {
      if (!server) await start(cluster, serverSettings);
      else if (server.state === 'ready') return { port: server.port, hold: await holdOn(cluster, server.port) };
      else if (Date.now() > giveUpAt)
        throw new ProgramError(`PostgreSQL (process ${server.pid}) stays ${server.state}`);
    } catch (error) {
      // Mostly another process was quicker to start it, or was just stopping it: the next round sees what holds.
      retryUntil ??= Date.now() + retryFor;
      if (isWrongPassword(error) || Date.now() > giveUpAt) throw error;
      if (Date.now() > retryUntil) {
        if (server?.state !== 'ready') throw error;
        // It calls itself ready and answers nobody: recovery at the next start is better than that.
        await stop(cluster, 'immediate');
        retryUntil = null;
      }
    }
    await sleep(200);
  }
}

/** Connects, and holds the lock that says «in use» for as long as the connection lasts. */
async function holdOn(cluster: Cluster, port: number): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: urlOf(cluster, port, 'postgres'),
    application_name: 'quartermaster (hold)',
    connectionTimeoutMillis: 10_000,
  });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query('SELECT pg_advisory_lock_shared($1)', [useLock]);
    return client;
  } catch (error) {
    await client.end().catch(() => {});
    throw error;
  }
}

const isWrongPassword = (error: unknown): boolean => error instanceof pg.DatabaseError && error.code === '28P01';

async function ensureDatabase(client: pg.Client): Promise<void> {
  const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [databaseName]);
  if (rowCount) return;
  try {
    await client.query(`CREATE DATABASE ${databaseName}`);
  } catch (error) {
    // Another process made it meanwhile.
    if (!(error instanceof pg.DatabaseError) || !['42P04', '23505'].includes(error.code ?? '')) throw error;
  }
}

class Held implements EmbeddedPostgres {
  readonly databaseUrl: string;
  readonly secretKey: string;
  readonly home: string;
  readonly #cluster: Cluster;
  readonly #hold: pg.Client;
  #closing = false;

  constructor(cluster: Cluster, hold: pg.Client, facts: Pick<EmbeddedPostgres, 'databaseUrl' | 'secretKey' | 'home'>) {
    this.#cluster = cluster;
    this.#hold = hold;
    this.databaseUrl = facts.databaseUrl;
    this.secretKey = facts.secretKey;
    this.home = facts.home;
  }

  onLost(listener: () => void): void {
    this.#hold.on('end', () => {
      if (!this.#closing) listener();
    });
  }

  async close(): Promise<void> {
    this.#closing = true;
    try {
      // Before asking: of processes that end together, the one that lets go last finds itself alone.
      await this.#hold.query('SELECT pg_advisory_unlock_shared($1)', [useLock]);
      const { rows } = await this.#hold.query<{ last: boolean }>('SELECT pg_try_advisory_lock($1) AS last', [useLock]);
      // The lock stays ours until the server is gone: who comes meanwhile waits, and then starts it anew.
      if (rows[0]?.last) await stop(this.#cluster);
    } catch {
      // The connection is gone, and with it the server or at least our part in it.
    } finally {
      await this.#hold.end().catch(() => {});
    }
  }
}
