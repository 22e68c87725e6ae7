import type { Knex } from 'knex';
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

function listOf(resource: Resource): string {
  const list = lists.get(resource) ?? selectList(resource);
  lists.set(resource, list);
  return list;
}

/** Runs a statement that connections keep prepared. */
async function run(trx: Knex.Transaction, sql: string, values: Knex.RawBinding[]): Promise<Row[]> {
  const name = nameFor(sql);
  const { rows } = await trx.raw<{ rows: Row[] }>(sql, values).options(name ? { name } : {});
  return rows;
}

/** Makes a row of these columns. Answers it by field names, without the sets, which are written elsewhere. */
export async function insertRow(trx: Knex.Transaction, resource: Resource, columns: Row): Promise<Row> {
  const given = Object.entries(columns).filter(([, value]) => value !== undefined);
  const names = given.map(([column]) => quoted(column)).join(', ');
  const what = given.length > 0 ? `(${names}) VALUES (${given.map(() => '?').join(', ')})` : 'DEFAULT VALUES';
  const sql = `INSERT INTO ${resource.table} AS t ${what} RETURNING ${listOf(resource)}`;
  const [made] = await run(
    trx,
    sql,
    given.map(([, value]) => value as Knex.RawBinding),
  );
  if (!made) throw new Error(`${resource.table} answers nothing for a new row`);
  return made;
}

/** A row by field names, locked until the transaction ends; null when it is not there (any more). */
export async function lockRow(trx: Knex.Transaction, resource: Resource, id: number): Promise<Row | null> {
  const gone = resource.softDelete ? ` AND t.${quoted(resource.softDelete)} IS NULL` : '';
  const which = `FROM ${resource.table} AS t WHERE t.id = ?${gone} FOR NO KEY UPDATE OF t`;
  await holdForSets(trx, resource, which, [id]);
  return (await run(trx, `SELECT ${listOf(resource)} ${which}`, [id]))[0] ?? null;
}

/**
 * Locks rows whose sets are to be read. A statement that waited for a row sees that row as it is by then, but other
 * tables as they were when it began: sets have to be read by the next one, or what was written meanwhile is undone.
 */
async function holdForSets(trx: Knex.Transaction, resource: Resource, which: string, values: Knex.RawBinding[]) {
  if (hasSets(resource)) await run(trx, `SELECT t.id ${which}`, values);
}

/** Rows by field names, locked in the order of their ids, so that those who want several never wait in a circle. */
export async function lockRows(trx: Knex.Transaction, resource: Resource, ids: readonly number[]): Promise<Row[]> {
  const gone = resource.softDelete ? ` AND t.${quoted(resource.softDelete)} IS NULL` : '';
  const which = `FROM ${resource.table} AS t WHERE t.id = ANY(?::int[])${gone} ORDER BY t.id FOR NO KEY UPDATE OF t`;
  await holdForSets(trx, resource, which, [ids as number[]]);
  return run(trx, `SELECT ${listOf(resource)} ${which}`, [ids as number[]]);
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
export async function writeSets(trx: Knex.Transaction, resource: Resource, id: number, values: Row): Promise<void> {
  for (const [name, value] of Object.entries(values)) {
    const through = resource.fields[name]?.through;
    if (!through || !Array.isArray(value)) continue;
    await trx(through.table).where(through.from, id).whereNotIn(through.to, value).delete();
    if (value.length > 0) {
      const rows = value.map((other) => ({ [through.from]: id, [through.to]: other }));
      await trx(through.table).insert(rows).onConflict([through.from, through.to]).ignore();
    }
  }
}
