import type { Knex } from 'knex';
import { openStatuses } from '../resources/live/status.ts';
import type { Commands } from '../store/commands.ts';

/** The scan that a sighting belongs to. */
export interface Scan {
  readonly id: number;
  /** When the agent looked, as PostgreSQL's text; never later than now. */
  readonly seen: string;
}

/** A finding that stands. */
export interface Open {
  readonly id: number;
  readonly status: string;
}

/** The finding of a kind that stands for one thing, locked; there is one at most. */
export const openOf = (
  { trx }: Commands,
  table: string,
  where: Record<string, Knex.Value>,
  ...columns: (string | Knex.Raw)[]
): Promise<(Open & Record<string, unknown>) | undefined> =>
  trx(table)
    .where(where)
    .whereIn('status', openStatuses)
    .forNoKeyUpdate()
    .first('id', 'status', ...columns);

/** Puts the finding that stands for one thing into another status; nothing happens when there is none. */
export async function close(
  commands: Commands,
  table: string,
  where: Record<string, Knex.Value>,
  status: 'resolved' | 'super',
): Promise<void> {
  const open = await openOf(commands, table, where);
  if (open) await commands.update(table, open.id, { status });
}

/** The lab whose network an address is in; the one with the narrowest, where several are. */
export async function labOf({ trx }: Commands, ip: string): Promise<number | null> {
  const { rows } = await trx.raw<{ rows: { id: number }[] }>(
    'SELECT id FROM lab WHERE network >>= CAST(? AS inet) ORDER BY masklen(network) DESC, id LIMIT 1',
    [ip],
  );
  return rows[0]?.id ?? null;
}
