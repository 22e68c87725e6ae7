import type pg from 'pg';

/** How far a replica has come, and whether it goes on. Positions are bytes from the beginning of the log. */
export interface ReplicaPosition {
  readonly replayed: number;
  /** False once it was promoted. */
  readonly follows: boolean;
  /** When it started: no two servers did so in the same microsecond. */
  readonly server: string;
}

/**
 * Everything that was answered as committed lies before this. Where commits are answered before they are on the disk,
 * that is what was written; else what is on the disk, and so on its way to replicas.
 */
const writtenSql = `SELECT (CASE current_setting('synchronous_commit')
    WHEN 'off' THEN pg_current_wal_insert_lsn() ELSE pg_current_wal_flush_lsn() END - '0/0')::float8 AS written`;

const serverSql = 'pg_postmaster_start_time()::text';

/** A number holds nine million gigabytes of log exactly. */
const replayedSql = `SELECT (pg_last_wal_replay_lsn() - '0/0')::float8 AS replayed, pg_is_in_recovery() AS follows,
  ${serverSql} AS server`;

/** How far the primary's log reaches. */
export async function writtenAt(primary: pg.Pool): Promise<number> {
  const { rows } = await primary.query<{ written: number }>(writtenSql);
  return rows[0]?.written ?? Number.POSITIVE_INFINITY;
}

/** How far a replica has replayed it. */
export async function positionOf(replica: pg.Pool): Promise<ReplicaPosition> {
  const { rows } = await replica.query<{ replayed: number | null; follows: boolean; server: string }>(replayedSql);
  const { replayed = null, follows = false, server = '' } = rows[0] ?? {};
  return { replayed: replayed ?? 0, follows, server };
}

/** Which server a connection leads to. */
export async function serverBehind(client: pg.ClientBase): Promise<string> {
  const { rows } = await client.query<{ server: string }>(`SELECT ${serverSql} AS server`);
  return rows[0]?.server ?? '';
}

export async function identityOf(db: pg.Pool): Promise<string> {
  const { rows } = await db.query<{ identity: string }>(
    `SELECT system_identifier::text || '/' || current_database() AS identity FROM pg_control_system()`,
  );
  return rows[0]?.identity ?? '';
}
