import type { Knex } from 'knex';
import { ImportProblem } from './problem.ts';

/** Rows that go to the database at a time. */
const batch = 500;

export interface Batch {
  readonly trx: Knex.Transaction;
  readonly table: string;
  /** What a row is called in a message: `part.part 12`. */
  readonly nameOf: (row: Row) => string;
  /** Told after each batch. */
  readonly onStep: (rows: number) => void;
  /** The column by which rows are known; default: their id. */
  readonly key?: string;
  /** Rows that are here already stay as they are. */
  readonly keep?: boolean;
}
type Row = Readonly<Record<string, unknown>>;

/**
 * Writes rows by their key, in their order: new ones are inserted, those that differ are changed, the others are not touched.
 * All rows have the same columns.
 * @returns how many were written
 * @throws ImportProblem naming the row that the database refuses
 */
export async function writeRows(options: Batch, rows: readonly Row[]): Promise<number> {
  const [first] = rows;
  if (!first) return 0;
  const statement = await statementFor(options, Object.keys(first));
  let written = 0;
  for (let n = 0; n < rows.length; n += batch) {
    const some = rows.slice(n, n + batch);
    written += await writeBatch(options, statement, some);
    options.onStep(some.length);
  }
  return written;
}

async function writeBatch(options: Batch, statement: string, rows: readonly Row[]): Promise<number> {
  const run = (trx: Knex.Transaction, some: readonly Row[]) =>
    trx.raw<{ rowCount: number }>(statement, [JSON.stringify(some)]);
  try {
    // A savepoint, so that a batch that fails can be tried again row by row.
    return (await options.trx.transaction((inner) => run(inner, rows))).rowCount;
  } catch (error) {
    for (const row of rows) {
      try {
        await options.trx.transaction((inner) => run(inner, [row]));
      } catch (cause) {
        throw new ImportProblem(options.nameOf(row), reasonOf(cause));
      }
    }
    throw error;
  }
}

async function statementFor({ trx, table, key = 'id', keep }: Batch, columns: readonly string[]): Promise<string> {
  const { rows } = await trx.raw<{ rows: { name: string; type: string }[] }>(
    `SELECT attname AS name, format_type(atttypid, NULL) AS type FROM pg_attribute
     WHERE attrelid = ?::regclass AND attnum > 0 AND NOT attisdropped`,
    [table],
  );
  const types = new Map(rows.map(({ name, type }) => [name, type]));
  const list = columns.join(', ');
  const record = columns.map((name) => `${name} ${types.get(name)}`).join(', ');
  const others = columns.filter((name) => name !== key);
  const change = `UPDATE SET ${others.map((name) => `${name} = excluded.${name}`).join(', ')}
    WHERE (${others.map((name) => `${table}.${name}`).join(', ')})
      IS DISTINCT FROM (${others.map((name) => `excluded.${name}`).join(', ')})`;
  return `INSERT INTO ${table} (${list}) SELECT ${list} FROM jsonb_to_recordset(?::jsonb) AS given (${record})
    ON CONFLICT (${key}) DO ${keep ? 'NOTHING' : change} RETURNING ${key}`;
}

/** What the database has against a row, for the reader of a file. */
function reasonOf(error: unknown): string {
  const { code, constraint, detail } = error as { code?: string; constraint?: string; detail?: string };
  if (code === '23505') return `another one has this already. ${detail ?? ''}`.trim();
  if (code === '23503') return `it refers to what is not there. ${detail ?? ''}`.trim();
  if (constraint?.endsWith('_in_structural')) return 'its place is structural and holds other places only.';
  if (constraint === 'stock_item_one_a_serial') return 'with a serial number its quantity can only be 1.';
  if (constraint?.startsWith('part_')) return 'its template or variants do not go together.';
  if (code?.startsWith('22')) return 'a value is out of range or not of its type.';
  if (code?.startsWith('23')) return 'its values do not go together.';
  throw error;
}
