import type { Knex } from 'knex';
import type pg from 'pg';
import type { Logger } from 'pino';
import type { Config, GivenConfig } from './config.ts';
import { closeDatabase, type Database, openDatabase } from './database.ts';
import { type EmbeddedPostgres, openEmbeddedPostgres } from './embedded-postgres.ts';
import { type Events, openEvents } from './events.ts';
import { checkBreachedPasswords } from './identity/breached-passwords.ts';
import { openLog } from './log.ts';
import { migrate } from './migrations.ts';
import { checkSessions, settleSessions } from './pooler/sessions.ts';
import { openReads } from './replica/open-reads.ts';
import type { Reads } from './replica/reads.ts';

/** What a service stands on; made once a process and handed to everything that needs it. */
export interface Services {
  readonly config: Config & { readonly databaseUrl: string };
  /** For writes, people and applications. */
  readonly knex: Knex;
  /** For prepared reads. */
  readonly pool: pg.Pool;
  /** For reads that a replica may answer. */
  readonly reads: Reads;
  readonly log: Logger;
  readonly events: Events;
  /** Present when the database is the one that comes with the program. */
  readonly embedded: EmbeddedPostgres | null;
}

/**
 * Opens the database (starting the embedded one when no other is configured), brings its tables up to date and
 * opens the line on which it tells what changed.
 * @param role what log lines call this process
 * @throws ConfigError when a setting does not work out
 */
export async function openServices(given: GivenConfig, { role }: { role: string }): Promise<Services> {
  const log = openLog(given.logLevel, role);
  await checkBreachedPasswords(given.breachedPasswords);
  const embedded = given.databaseUrl ? null : await openEmbeddedPostgres(given.dataDir);
  const config = {
    ...given,
    databaseUrl: given.databaseUrl ?? embedded?.databaseUrl ?? '',
    secretKey: given.secretKey ?? embedded?.secretKey ?? '',
  };
  let database: Database | null = null;
  let reads: Reads | null = null;
  try {
    if (config.databasePooler !== 'none') await bringUpToDatePastPooler(config, log);
    database = await openDatabase(config);
    if (config.databasePooler === 'none') await bringUpToDate(database, log);
    else await checkSessions(database.pool, config);
    reads = await openReads(config, database.pool, log);
    const events = await openEvents({ connectionString: config.databaseDirectUrl ?? config.databaseUrl, log });
    return { config, ...database, reads, log, events, embedded };
  } catch (error) {
    await reads?.close();
    if (database) await closeDatabase(database);
    await embedded?.close();
    throw error;
  }
}

async function bringUpToDate({ knex }: Database, log: Logger): Promise<void> {
  const steps = await migrate(knex);
  if (steps.length) log.info({ steps }, 'database brought up to date');
}

/** Before anything goes through the pooler: the sessions that it opens from then on are as they have to be. */
async function bringUpToDatePastPooler(config: Services['config'], log: Logger): Promise<void> {
  const databaseUrl = config.databaseDirectUrl ?? config.databaseUrl;
  const direct = { ...config, databaseUrl, databasePooler: 'none', databaseConnections: 4 } as const;
  const database = await openDatabase(direct, 'DATABASE_DIRECT_URL');
  try {
    await bringUpToDate(database, log);
    const settled = await settleSessions(database.knex, config);
    if (settled.length) log.info({ settings: settled }, 'settings of the database role changed');
  } finally {
    await closeDatabase(database);
  }
}

export async function closeServices({ knex, pool, reads, events, embedded }: Services): Promise<void> {
  await events.close();
  await reads.close();
  await closeDatabase({ knex, pool });
  await embedded?.close();
}
