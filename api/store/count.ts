import type pg from 'pg';
import { type Slot, type Statement, valuesOf } from './statement.ts';
import { whereSql } from './visible.ts';

/** So many rows are counted one by one; clients that walk through pages by the count are served exactly. */
export const exactUpTo = 100_000;

/** So many are counted along with the page; for more, the planner is asked first whether to count at all. */
const alongUpTo = 1000;

/** The planner may be mistaken: up to so many by its estimate are counted all the same. */
const worthCounting = exactUpTo * 1.2;

/** The count of a list on its way. */
export interface Counted {
  /** A SELECT of the count that goes along with the page: one more than {@link upTo} at most. */
  readonly along: string;
  readonly upTo: number;
  /** A SELECT of the count of its own: up to {@link exactUpTo}, or of a whole table once its size is known to be no more. */
  readonly whole: string;
  /** The rows to be counted, for the planner to estimate, and the parameters that they take. */
  readonly rows: string;
  readonly slots: readonly Slot[];
}

/**
 * How to count the rows under these conditions: at a cost that ends, however long the table is.
 * @param found they are found by words: all of them are looked up however few are counted
 */
export function countSql(statement: Statement, where: readonly string[], found = false): Counted {
  const rows = `SELECT 1 ${statement.from()}${whereSql(where)}`;
  const upTo = found ? exactUpTo : alongUpTo;
  // Stopping at a bound costs half as much again; of a whole table the planner knows the size.
  const whole = where.length > 0 ? countUpTo(rows, exactUpTo) : `SELECT count(*)::int ${statement.from()}`;
  return { along: countUpTo(rows, upTo), upTo, whole, rows, slots: [...statement.slots] };
}

/** A SELECT of how many rows a SELECT gives, one more than the bound at most. */
export const countUpTo = (rows: string, bound: number): string =>
  `SELECT count(*)::int FROM (${rows} LIMIT ${bound + 1}) AS counted`;

/** What came with a page: how many were counted along, and how many it has. */
interface Seen {
  readonly along: number;
  readonly limit: number;
  readonly offset: number;
  readonly size: number;
}

/**
 * What to say of a count: itself up to {@link exactUpTo}, beyond it the planner's estimate, which never contradicts the
 * page that goes with it: a full page has a next one, the last page knows.
 * @param ready makes a statement that connections keep prepared
 */
export async function settleCount(
  db: pg.Pool,
  { rows, upTo, whole, slots }: Counted,
  { along, limit, offset, size }: Seen,
  me: number | null,
  ready: (text: string, values: unknown[]) => pg.QueryConfig,
): Promise<{ count: number; countIsEstimate: boolean }> {
  if (along <= upTo) return { count: along, countIsEstimate: false };
  if (size > 0 && size < limit) return { count: offset + size, countIsEstimate: false };
  const values = valuesOf(slots, me);
  const estimate = await estimated(db, rows, values);
  let count = exactUpTo + 1;
  if (upTo < exactUpTo && estimate <= worthCounting) {
    const counted = await db.query<{ count: number }>(ready(whole, values));
    count = counted.rows[0]?.count ?? 0;
    if (count <= exactUpTo) return { count, countIsEstimate: false };
  }
  const seen = size > 0 ? offset + size + 1 : 0;
  return { count: Math.max(count, estimate, seen), countIsEstimate: true };
}

/** How many rows a SELECT gives, as the planner guesses from its statistics. */
export async function estimated(db: pg.Pool, rows: string, values: unknown[]): Promise<number> {
  const plan = await db.query<{ 'QUERY PLAN': [{ Plan: { 'Plan Rows': number } }] }>(
    `EXPLAIN (FORMAT JSON) ${rows}`,
    values,
  );
  return plan.rows[0]?.['QUERY PLAN'][0].Plan['Plan Rows'] ?? 0;
}
