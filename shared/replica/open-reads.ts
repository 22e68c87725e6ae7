import type pg from 'pg';
import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import { openPool } from '../database.ts';
import { type Reads, readsOfPrimary } from './reads.ts';
import { Replica, remembersClients } from './replica.ts';

/** How long a server may take to say where it is; milliseconds. */
const askingPatience = 2000;

/**
 * Opens what reads run on: the replica at DATABASE_READ_URL beside the primary, else the primary alone.
 * @throws ConfigError naming DATABASE_READ_URL
 */
export async function openReads(
  config: Pick<Config, 'databaseReadUrl' | 'databaseConnections' | 'timeZone' | 'databasePooler'> & {
    databaseUrl: string;
  },
  primary: pg.Pool,
  log: Logger,
): Promise<Reads> {
  const { databaseUrl, databaseReadUrl } = config;
  if (!databaseReadUrl) return readsOfPrimary(primary);
  const hurried = { max: 1, connectionTimeoutMillis: askingPatience, query_timeout: askingPatience };
  const doors = {
    primary,
    askPrimary: openPool(databaseUrl, config, hurried),
    openAsking: () => remembersClients(openPool(databaseReadUrl, config, hurried)),
    openReading: (verify: NonNullable<pg.PoolConfig['verify']>) =>
      remembersClients(openPool(databaseReadUrl, config, { max: Math.floor(config.databaseConnections / 2), verify })),
  };
  try {
    return await Replica.open(doors, log);
  } catch (error) {
    await doors.askPrimary.end();
    throw error;
  }
}
