import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Knex } from 'knex';
import pg from 'pg';
import { ConfigError } from './config.ts';

const folder = join(import.meta.dirname, '..', 'migrations');
/** Key of the advisory lock that one process holds while it migrates. */
const lockKey = 0x51_4d_01;

/**
 * Brings the tables up to date. Processes that start together take turns.
 * @returns the names of the steps that were taken
 * @throws ConfigError naming DATABASE_URL when the database refuses
 */
export async function migrate(knex: Knex): Promise<string[]> {
  try {
    return await knex.transaction(async (lock) => {
      await lock.raw('SET LOCAL statement_timeout = 0');
      await lock.raw('SET LOCAL idle_in_transaction_session_timeout = 0');
      await lock.raw('SELECT pg_advisory_xact_lock(?)', [lockKey]);
      // Knex's own lock is a row that outlives a killed process; ours is the one that counts.
      await knex.migrate.forceFreeMigrationsLock({ migrationSource });
      const [, steps] = (await knex.migrate.latest({ migrationSource })) as [number, string[]];
      return steps;
    });
  } catch (error) {
    throw explained(error);
  }
}

function explained(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if (/migration directory is corrupt/.test(error.message)) {
    return new ConfigError('DATABASE_URL leads to a database that a newer version of this program has written');
  }
  if (!(error instanceof pg.DatabaseError)) return error;
  // Knex puts the whole statement before the message.
  const reason = error.message.slice(error.message.lastIndexOf(' - ') + 3);
  const step = (error as { step?: string }).step;
  const what = step ? `the step ${step} can not be taken` : 'no tables can be made';
  return new ConfigError(`DATABASE_URL leads to a database where ${what}: ${reason}`);
}

/** Migrations are TypeScript modules, which Node loads as they are. */
const migrationSource: Knex.MigrationSource<string> = {
  getMigrations: async () => (await readdir(folder)).filter((file) => file.endsWith('.ts')).sort(),
  getMigrationName: (file) => file,
  getMigration: async (file) => {
    const step = (await import(pathToFileURL(join(folder, file)).href)) as Pick<Knex.Migration, 'up'>;
    return {
      async up(trx) {
        // A large table takes the time it takes.
        await trx.raw('SET LOCAL statement_timeout = 0');
        try {
          await step.up(trx);
        } catch (error) {
          throw Object.assign(error as Error, { step: file });
        }
      },
      // There is no way back: a mistake is mended by the next step.
      async down() {},
    };
  },
};
