import type pg from 'pg';
import { type Slot, type Statement, valuesOf } from './statement.ts';
import { whereSql } from './visible.ts';

/** So many rows are counted one by one; clients that walk through pages by the count are served exactly. */
export const exactUpTo = 100_000;

/** The count of a list on its way. */
export interface Counted {
  /** A SELECT of the count, one more than the bound at most. */
  readonly text: string;
  /** The rows to be counted, for the planner to estimate, and the parameters that they take. */
  readonly rows: string;
  readonly slots: readonly Slot[];
}

/** How to count the rows under these conditions: at a cost that ends, however long the table is. */
export function countSql(statement: Statement, where: readonly string[]): Counted {
  const rows = `SELECT 1 ${statement.from()}${whereSql(where)}`;
  return {
    text: `SELECT count(*)::int FROM (${rows} LIMIT ${exactUpTo + 1}) AS counted`,
    rows,
    slots: [...statement.slots],
  };
}

/**
 * What to say of a count: itself up to the bound, beyond it the planner's estimate, which never contradicts the page that
 * goes with it: a full page has a next one, the last page knows.
 */
export async function settleCount(
  db: pg.Pool,
  { rows, slots }: Counted,
  count: number,
  { limit, offset, size }: { limit: number; offset: number; size: number },
  me: number | null,
): Promise<{ count: number; countIsEstimate: boolean }> {
  if (count <= exactUpTo) return { count, countIsEstimate: false };
  if (size > 0 && size < limit) return { count: offset + size, countIsEstimate: false };
  const plan = await db.query<{ 'QUERY PLAN': [{ Plan: { 'Plan Rows': number } }] }>(
    `EXPLAIN (FORMAT JSON) ${rows}`,
    valuesOf(slots, me),
  );
  const estimate = plan.rows[0]?.['QUERY PLAN'][0].Plan['Plan Rows'] ?? 0;
  const seen = size > 0 ? offset + size + 1 : 0;
  return { count: Math.max(count, estimate, seen), countIsEstimate: true };
}
