import type { Runs } from '../../shared/transaction.ts';
import type { Resource, Row } from '../resources/declaration.ts';
import { columnOf } from '../resources/fields.ts';
import { quoted } from './statement.ts';
import { nameFor } from './statement-name.ts';

/** Kinds whose canonical value is what the cast prints; the driver would leave out a prefix of all bits. */
const asText: ReadonlySet<string> = new Set(['mac', 'network', 'interface']);

/** Select list that gives a stored row by field names, sets included. */
function selectList(resource: Resource): string {
  const columns = Object.entries(resource.fields).flatMap(([name, field]) => {
    if (field.through) {
      const { table, from, to } = field.through;
      return [`ARRAY(SELECT x.${to} FROM ${table} AS x WHERE x.${from} = t.id ORDER BY 1) AS ${quoted(name)}`];
    }
    const column = columnOf(name, field);
    if (!column) return [];
    const sql = `t.${quoted(column)}`;
    return [`${asText.has(field.kind) ? `${sql}::text` : sql} AS ${quoted(name)}`];
  });
  return ['t.id', ...columns].join(', ');
}

const lists = new WeakMap<Resource, string>();

/** The same, made once. */
export function listOf(resource: Resource): string {
  const list = lists.get(resource) ?? selectList(resource);
  lists.set(resource, list);
  return list;
}

/** Runs a statement that connections keep prepared. */
const run = async (runs: Runs, sql: string, values: readonly unknown[]): Promise<Row[]> =>
  (await runs.run<Row>(sql, values, nameFor(sql))).rows;

/** Writes these columns of a row. */
export async function changeRow(runs: Runs, resource: Resource, id: number, columns: Row): Promise<void> {
  const given = Object.entries(columns);
  if (given.length === 0) return;
  const set = given.map(([column], n) => `${quoted(column)} = $${n + 1}`).join(', ');
  const values = [...given.map(([, value]) => value), id];
  await run(runs, `UPDATE ${resource.table} SET ${set} WHERE id = $${values.length}`, values);
}

/** Deletes a row, or marks it deleted where the declaration says so. */
export async function dropRow(runs: Runs, { table, softDelete }: Resource, id: number): Promise<void> {
  const sql = softDelete
    ? `UPDATE ${table} SET ${quoted(softDelete)} = now() WHERE id = $1`
    : `DELETE FROM ${table} WHERE id = $1`;
  await run(runs, sql, [id]);
}

/** A row by field names, locked until the transaction ends; null when it is not there (any more). */
export async function lockRow(runs: Runs, resource: Resource, id: number): Promise<Row | null> {
  const gone = resource.softDelete ? ` AND t.${quoted(resource.softDelete)} IS NULL` : '';
  const which = `FROM ${resource.table} AS t WHERE t.id = $1${gone} FOR NO KEY UPDATE OF t`;
  await holdForSets(runs, resource, which, [id]);
  return (await run(runs, `SELECT ${listOf(resource)} ${which}`, [id]))[0] ?? null;
}

/**
 * Locks rows whose sets are to be read. A statement that waited for a row sees that row as it is by then, but other
 * tables as they were when it began: sets have to be read by the next one, or what was written meanwhile is undone.
 */
async function holdForSets(runs: Runs, resource: Resource, which: string, values: readonly unknown[]) {
  if (hasSets(resource)) await run(runs, `SELECT t.id ${which}`, values);
}

/** Rows by field names, locked in the order of their ids, so that those who want several never wait in a circle. */
export async function lockRows(runs: Runs, resource: Resource, ids: readonly number[]): Promise<Row[]> {
  const gone = resource.softDelete ? ` AND t.${quoted(resource.softDelete)} IS NULL` : '';
  const which = `FROM ${resource.table} AS t WHERE t.id = ANY($1::int[])${gone} ORDER BY t.id FOR NO KEY UPDATE OF t`;
  await holdForSets(runs, resource, which, [ids]);
  return run(runs, `SELECT ${listOf(resource)} ${which}`, [ids]);
}

/** Field names to columns, for the fields that have one. */
export function columnsOf(resource: Resource, values: Row): Row {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => {
      const field = resource.fields[name];
      const column = field ? columnOf(name, field) : null;
      if (!field || !column) return [];
      return [[column, field.kind === 'json' && value !== null ? JSON.stringify(value) : value]];
    }),
  );
}

/** Whether rows have sets at all. */
export const hasSets = (resource: Resource): boolean => Object.values(resource.fields).some(({ through }) => through);

/** Replaces the sets among `values` by what they say. */
export async function writeSets(runs: Runs, resource: Resource, id: number, values: Row): Promise<void> {
  for (const [name, value] of Object.entries(values)) {
    const through = resource.fields[name]?.through;
    if (!through || !Array.isArray(value)) continue;
    const { table, from, to } = through;
    await run(runs, `DELETE FROM ${table} WHERE ${from} = $1 AND ${to} <> ALL($2::int[])`, [id, value]);
    if (value.length === 0) continue;
    await run(
      runs,
      `INSERT INTO ${table} (${from}, ${to}) SELECT $1, unnest($2::int[]) ON CONFLICT (${from}, ${to}) DO NOTHING`,
      [id, value],
    );
  }
}
