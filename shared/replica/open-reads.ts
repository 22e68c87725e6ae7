import type pg from 'pg';
import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import { openPool } from '../database.ts';
import { askingLimits, ReplicaConnections } from './connections.ts';
import { type Reads, readsOfPrimary } from './reads.ts';
import { Replica } from './replica.ts';

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
  const replica = new ReplicaConnections(databaseReadUrl, config);
  const askPrimary = openPool(databaseUrl, config, askingLimits);
  try {
    return await Replica.open({ primary, askPrimary, replica }, log);
  } catch (error) {
    await Promise.all([askPrimary.end(), replica.close()]);
    throw error;
  }
}
