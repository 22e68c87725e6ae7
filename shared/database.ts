import knexModule, { type Knex } from 'knex';
import pg from 'pg';
import { type Config, ConfigError } from './config.ts';
import { UnnamedClient } from './pooler/unnamed-client.ts';

/** The oldest PostgreSQL that the migrations and statements work on. */
const oldestVersion = 14;

export interface Database {
  /** For writes, people and applications. */
  readonly knex: Knex;
  /** For prepared reads. */
  readonly pool: pg.Pool;
}

const { builtins } = pg.types;
/** Dates stay text (a calendar day has no zone); numeric and int8 stay text as pg leaves them, since they may not fit a number. */
const asText: ReadonlySet<number> = new Set([builtins.DATE, builtins.TIMESTAMP, builtins.TIME, builtins.INTERVAL]);
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) =>
    asText.has(oid) && format !== 'binary' ? (value: string) => value : pg.types.getTypeParser(oid, format as 'text'),
};

/**
 * What holds in every session of ours, by the names that PostgreSQL keeps. Moments without an offset are read, and all
 * are printed, in `timeZone`.
 */
export const sessionSettings = (timeZone: string): Readonly<Record<string, string>> => ({
  TimeZone: timeZone,
  // Compiling a statement takes longer than any of ours runs.
  jit: 'off',
  statement_timeout: '60s',
  idle_in_transaction_session_timeout: '60s',
  // How much alike two words are that may be meant for each other.
  'pg_trgm.word_similarity_threshold': '0.4',
});

/**
 * What every connection of ours is opened with, also those outside the pools. A pooler takes no settings along: there
 * they are the role's.
 */
export function connectionSettings(
  databaseUrl: string,
  { timeZone, databasePooler }: Pick<Config, 'timeZone' | 'databasePooler'>,
): pg.ClientConfig {
  const settings = Object.entries(sessionSettings(timeZone)).map(([name, value]) => `-c ${name}=${value}`);
  return {
    connectionString: databaseUrl,
    application_name: 'quartermaster',
    connectionTimeoutMillis: 10_000,
    // For a server that went away without a word: longer than it lets a statement take.
    query_timeout: 65_000,
    keepAlive: true,
    ...(databasePooler === 'none' && { options: settings.join(' ') }),
    types,
  };
}

/**
 * Opens the pools and checks that the server answers, is a primary, and recent enough.
 * @param variable the setting that leads there
 * @throws ConfigError naming it
 */
export async function openDatabase(
  config: Pick<Config, 'databaseConnections' | 'timeZone' | 'databasePooler'> & { databaseUrl: string },
  variable: 'DATABASE_URL' | 'DATABASE_DIRECT_URL' = 'DATABASE_URL',
): Promise<Database> {
  const each = Math.floor(config.databaseConnections / 2);
  const pool = openPool(config.databaseUrl, config, { max: each });
  try {
    await checkServer(pool, variable);
  } catch (error) {
    await pool.end();
    throw error;
  }
  const knex = knexModule({
    client: 'pg',
    connection: () => connectionSettings(config.databaseUrl, config) as Knex.PgConnectionConfig,
    pool: { min: 0, max: each },
    acquireConnectionTimeout: 15_000,
    // An error of a statement would hold all values in its message, and so would the log: hashes, addresses, what
    // somebody typed as a name.
    compileSqlOnError: false,
    // What goes wrong is thrown, and told by whoever catches it.
    log: { error() {}, warn() {} },
  });
  // What Knex makes its connections with.
  knex.client.driver = { Client: clientFor(config) };
  return { knex, pool };
}

/** A pool of connections. One that breaks is replaced at the next use. */
export function openPool(
  databaseUrl: string,
  config: Pick<Config, 'timeZone' | 'databasePooler'>,
  limits: pg.PoolConfig,
): pg.Pool {
  const Client = clientFor(config);
  const pool = new pg.Pool({ ...connectionSettings(databaseUrl, config), ...limits, Client });
  // Whoever was using a broken connection is told by its query; without listeners it would end the process, idle or in
  // use.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

/** Statements are prepared by name where the session that knows them comes back. */
const clientFor = ({ databasePooler }: Pick<Config, 'databasePooler'>): typeof pg.Client =>
  databasePooler === 'transaction' ? UnnamedClient : pg.Client;

export async function closeDatabase({ knex, pool }: Database): Promise<void> {
  await Promise.all([knex.destroy(), pool.end()]);
}

async function checkServer(pool: pg.Pool, variable: string): Promise<void> {
  const answer = await pool
    .query<{ number: string; follows: boolean }>(
      `SELECT current_setting('server_version_num') AS number, pg_is_in_recovery() AS follows`,
    )
    .catch((error: unknown) => {
      const reason = reasonOf(error);
      // What PgBouncer says to settings that a connection brings.
      if (/unsupported startup parameter/.test(reason)) {
        throw new ConfigError(`${variable} leads through a pooler: DATABASE_POOLER has to say of what kind`);
      }
      throw new ConfigError(`${variable} can not be used: ${reason}`);
    });
  const [server] = answer.rows;
  const version = Math.floor(Number(server?.number) / 10_000);
  if (version < oldestVersion) {
    throw new ConfigError(`${variable} leads to PostgreSQL ${version}; ${oldestVersion} or later is needed`);
  }
  if (server?.follows) throw new ConfigError(`${variable} leads to a replica, where nothing can be written`);
}

/** The message of a failed connection; Node gives one attempt per address, wrapped in an error without words. */
function reasonOf(error: unknown): string {
  const first = error instanceof AggregateError ? error.errors[0] : error;
  return (first instanceof Error ? first.message : String(first)).split('\n')[0] ?? '';
}
