import type { Knex } from 'knex';
import type pg from 'pg';
import { type Config, ConfigError } from '../config.ts';
import { sessionSettings } from '../database.ts';

/** Key of the advisory lock that one process holds while it settles them. */
const lockKey = 0x51_4d_03;

type Setting = { name: string; value: string };

/** Those of some settings that are not our role's in our database. */
const unsettled = `SELECT name, value FROM json_each_text(?::json) AS wanted (name, value)
  WHERE name || '=' || value <> ALL (ARRAY(
    SELECT unnest(setconfig) FROM pg_db_role_setting
     WHERE setrole = (SELECT oid FROM pg_roles WHERE rolname = current_user)
       AND setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())))`;

/** Those of some settings that a session has otherwise; setting them for this statement spells them alike. */
const differing = `SELECT name FROM json_each_text($1::json) AS wanted (name, value)
  WHERE current_setting(name, true) IS DISTINCT FROM set_config(name, value, true)`;

/**
 * Makes what has to hold in every session a setting of our role in our database, where it is none yet. Takes a
 * connection past the pooler.
 * @returns the names of what was changed
 */
export async function settleSessions(knex: Knex, { timeZone }: Pick<Config, 'timeZone'>): Promise<string[]> {
  return knex.transaction(async (trx) => {
    await trx.raw('SELECT pg_advisory_xact_lock(?)', [lockKey]);
    // A role may set what an extension brings once the session knows it.
    await trx.raw(`SELECT word_similarity('a', 'a')`);
    const wanted = JSON.stringify(sessionSettings(timeZone));
    const { rows } = await trx.raw<{ rows: Setting[] }>(unsettled, [wanted]);
    for (const { name, value } of rows) {
      const command = await trx.raw<{ rows: { sql: string }[] }>(
        `SELECT format('ALTER ROLE %I IN DATABASE %I SET %s TO %L', current_user, current_database(), ?::text, ?::text) AS sql`,
        [name, value],
      );
      await trx.raw(command.rows[0]?.sql ?? '');
    }
    return rows.map(({ name }) => name);
  });
}

/**
 * Looks whether sessions behind the pooler are as they have to be.
 * @throws ConfigError saying what to do when they are older than what was settled
 */
export async function checkSessions(pool: pg.Pool, { timeZone }: Pick<Config, 'timeZone'>): Promise<void> {
  const { rows } = await pool.query<Pick<Setting, 'name'>>(differing, [JSON.stringify(sessionSettings(timeZone))]);
  if (rows.length === 0) return;
  const names = rows.map(({ name }) => name).join(', ');
  throw new ConfigError(
    `DATABASE_URL leads through a pooler to sessions that are older than their settings (${names}): RECONNECT in its console, and start again`,
  );
}
