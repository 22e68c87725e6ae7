import type pg from 'pg';
import type { Config } from '../config.ts';
import { openPool } from '../database.ts';
import { isDatabaseAway } from '../database-away.ts';
import { serverBehind } from './position.ts';

type Settings = Pick<Config, 'databaseConnections' | 'timeZone' | 'databasePooler'>;

/** Of a pool for asking a server where it is: one connection, which is given up after so many milliseconds. */
export const askingLimits = { max: 1, connectionTimeoutMillis: 2000, query_timeout: 2000 } as const;

/**
 * The connections to a replica. Behind a proxy its address may lead to another server at any time; those for reading
 * all lead to the one that was asked.
 */
export class ReplicaConnections {
  /** What {@link serverBehind} says of the server that was asked. */
  server = '';
  readonly #address: string;
  readonly #settings: Settings;
  /** What refuses the reads that are on the way. */
  readonly #onTheWay = new Set<(error: Error) => void>();
  #asking: pg.Pool;
  #reading: pg.Pool;

  constructor(address: string, settings: Settings) {
    this.#address = address;
    this.#settings = settings;
    this.#asking = this.#openAsking();
    this.#reading = this.#openReading();
  }

  get asking(): pg.Pool {
    return this.#asking;
  }

  /** Runs a read, until the connections are broken off. @throws Error for which {@link isOfReplica} holds when that is why */
  read<T>(work: (db: pg.Pool) => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#onTheWay.add(reject);
      work(this.#reading)
        .then(resolve, reject)
        .finally(() => this.#onTheWay.delete(reject));
    });
  }

  /** Begins anew: whoever is on the way hears of it at once, also while waiting for a connection. */
  breakOff(): void {
    for (const refuse of this.#onTheWay) refuse(new Left());
    for (const pool of [this.#asking, this.#reading]) {
      void pool.end().catch(() => {});
      for (const client of clientsOf.get(pool) ?? []) void client.end().catch(() => {});
    }
    this.#asking = this.#openAsking();
    this.#reading = this.#openReading();
  }

  async close(): Promise<void> {
    await Promise.all([this.#reading.end(), this.#asking.end()]);
  }

  #openAsking(): pg.Pool {
    return remembersClients(openPool(this.#address, this.#settings, askingLimits));
  }

  #openReading(): pg.Pool {
    const verify = (client: pg.PoolClient, done: (error?: Error) => void) => {
      serverBehind(client).then(
        (server) => done(server === this.server ? undefined : new OtherServer()),
        (error: Error) => done(error),
      );
    };
    const max = Math.floor(this.#settings.databaseConnections / 2);
    return remembersClients(openPool(this.#address, this.#settings, { max, verify }));
  }
}

const clientsOf = new WeakMap<pg.Pool, Set<pg.PoolClient>>();

/** Keeps in mind who is connected, so that all of them can be ended. */
function remembersClients(pool: pg.Pool): pg.Pool {
  const clients = new Set<pg.PoolClient>();
  clientsOf.set(pool, clients);
  pool.on('connect', (client) => clients.add(client));
  pool.on('remove', (client) => clients.delete(client));
  return pool;
}

/** The replica was left while a read was on the way. */
export class Left extends Error {
  override readonly name = 'Left';
}

export class OtherServer extends Error {
  override readonly name = 'OtherServer';

  constructor() {
    super('The address leads to another server than before');
  }
}

/**
 * Whether a read failed for what the replica is: it went away in the middle, another took its place, or the reader
 * stood in the way of what it replays (recovery conflict).
 */
export const isOfReplica = (error: unknown): boolean =>
  isDatabaseAway(error) ||
  error instanceof OtherServer ||
  error instanceof Left ||
  (error instanceof Error && 'code' in error && /^(40001|40P01)$/.test(String(error.code)));
