import { parse } from 'qs';
import { say } from '../../messages/say.ts';
import type { Filter, Row } from '../../resources/declaration.ts';
import { columnOf, type Field } from '../../resources/fields.ts';
import { type Condition, largestPage, type Page, type Query } from '../../store/query.ts';
import { Invalid } from '../../store/refusals.ts';
import { wordsOf } from '../../store/search.ts';
import { fieldAt, typeOf } from '../../store/statement.ts';
import { readBoolean, readValue } from '../../store/values.ts';
import { flaggedSearch } from './search-flags.ts';
import type { Spelled } from './spelling.ts';

export type Parameters = Readonly<Record<string, string>>;

/** Reads a query string; of a repeated parameter the last counts. */
export function readParameters(querystring: string): Parameters {
  if (querystring === '') return {};
  const read = parse(querystring, { depth: 0, parameterLimit: 200, duplicates: 'last', allowDots: false });
  return Object.fromEntries(
    Object.entries(read).map(([name, value]) => [name, typeof value === 'string' ? value : String(value ?? '')]),
  );
}

/**
 * Reads a list's parameters: declared filters and one exact filter a field, `search`, `ordering`, `limit` and `offset`
 * or `cursor`. Parameters that mean nothing here are ignored, as all four families of clients expect.
 * @throws Invalid naming the parameter
 */
export function parseQuery(spelled: Spelled, parameters: Parameters): Query {
  const filters = filtersOf(spelled);
  const where: Condition[] = [];
  for (const [name, value] of Object.entries(parameters)) {
    const filter = filters.get(name);
    if (!filter || value === '') continue;
    const condition = conditionOf(spelled, name, filter, value, parameters);
    if (condition) where.push(condition);
  }
  if (Object.values(parameters).some((value) => value.includes('\0'))) {
    throw new Invalid({ query: [say('values.nul')] });
  }
  const flagged = flaggedSearch(spelled, parameters);
  return {
    where: flagged ? [...where, ...flagged] : where,
    search: flagged ? [] : wordsOf(parameters.search ?? ''),
    order: parseOrder(spelled, parameters),
    page: parsePage(parameters),
  };
}

/** Parameters that mean the same for every list, whatever its keys are called (parts have an amount `ordering`). */
const ofEveryList: ReadonlySet<string> = new Set(['search', 'ordering', 'limit', 'offset', 'cursor']);

const known = new WeakMap<Spelled, ReadonlyMap<string, Filter>>();

/** Every filter of a spelling by parameter name: the declared ones, else one exact filter for each key and field. */
export function filtersOf(spelled: Spelled): ReadonlyMap<string, Filter> {
  const found = known.get(spelled);
  if (found) return found;
  const filters = new Map<string, Filter>([[spelled.idKey === 'url' ? 'id' : spelled.idKey, 'id']]);
  for (const { key, name, field } of spelled.keys) {
    if (field.writeOnly || field.kind === 'json' || field.kind === 'texts' || ofEveryList.has(key)) continue;
    filters.set(key, field.kind === 'many' ? { sql: `{value} = ANY({${name}})`, type: 'integer' } : name);
  }
  for (const [name, filter] of Object.entries(spelled.resource.filters ?? {})) filters.set(name, filter);
  known.set(spelled, filters);
  return filters;
}

const idField: Field = { kind: 'integer', schema: { type: 'integer' } };

function conditionOf(
  { resource }: Spelled,
  name: string,
  filter: Filter,
  raw: string,
  parameters: Parameters,
): Condition | null {
  if (typeof filter === 'string') return exact(fieldAt(resource, filter) ?? idField, name, filter, raw);
  if ('flag' in filter) return isTrue(raw) ? { op: 'sql', sql: filter.flag } : null;
  if ('either' in filter) {
    const condition: Condition = { op: 'sql', sql: filter.either };
    return value({ ...idField, kind: 'boolean' }, name, raw) ? condition : { op: 'not', of: condition };
  }
  if ('sql' in filter) {
    if (filter.nullPath && raw === 'null') return { op: 'null', path: filter.nullPath };
    if (filter.shape && !filter.shape.pattern.test(raw)) throw new Invalid({ [name]: [filter.shape.says] });
    const other = filter.unless ? parameters[filter.unless.parameter] : undefined;
    const sql = filter.unless && other !== undefined && isFalse(other) ? filter.unless.sql : filter.sql;
    const field = { ...idField, kind: filter.type };
    return { op: 'sql', sql, value: value(field, name, raw), type: typeOf(field) };
  }
  const field = fieldAt(resource, filter.path) ?? idField;
  if (filter.match === 'regex') return { op: 'regex', path: filter.path, value: pattern(name, raw) };
  const text = filter.match === 'iexact' || filter.match === 'contains';
  return { op: filter.match, path: filter.path, value: text ? raw : value(field, name, raw) };
}

const listed: ReadonlySet<string> = new Set(['integer', 'reference', 'choice', 'mac', 'address', 'interface']);

function exact(field: Field, name: string, path: string, raw: string): Condition {
  if (raw === 'null' && field.nullable) return { op: 'null', path };
  if (listed.has(field.kind) && raw.includes(',')) {
    const values = raw.split(',').filter(Boolean);
    return { op: 'in', path, values: values.map((one) => value(field, name, one)) };
  }
  return { op: 'eq', path, value: value(field, name, raw) };
}

function value(field: Field, name: string, raw: string): unknown {
  const read = readValue(field, raw);
  if ('error' in read) throw new Invalid({ [name]: [read.error] });
  if (typeof read.value === 'number' && Math.abs(read.value) > 2_147_483_647) {
    throw new Invalid({ [name]: [say('values.large')] });
  }
  return read.value;
}

function pattern(name: string, raw: string): string {
  if (raw.length > 200) throw new Invalid({ [name]: [say('values.pattern', { most: '200' })] });
  return raw;
}

const isTrue = (raw: string): boolean => {
  const read = readBoolean(raw);
  return 'value' in read && read.value === true;
};
const isFalse = (raw: string): boolean => {
  const read = readBoolean(raw);
  return 'value' in read && read.value === false;
};

const orders = new WeakMap<Spelled, ReadonlyMap<string, string>>();

/** What `ordering` may name, and the path behind each name. */
export function orderingsOf(spelled: Spelled): ReadonlyMap<string, string> {
  const found = orders.get(spelled);
  if (found) return found;
  const { resource, keys, idKey } = spelled;
  const sortable = keys.filter(
    ({ name, field }) => (columnOf(name, field) ?? field.sql) && field.kind !== 'json' && !field.writeOnly,
  );
  const names = new Map<string, string>([
    ...sortable.map(({ key, name }) => [key, name] as const),
    ...[idKey, 'id', 'pk'].map((name) => [name, 'id'] as const),
    ...Object.entries(resource.orderings ?? {}),
  ]);
  orders.set(spelled, names);
  return names;
}

/** Names that mean nothing are passed over; the order stays total by the id. */
function parseOrder(spelled: Spelled, parameters: Parameters): readonly string[] {
  const paths: string[] = [];
  for (const part of (parameters.ordering ?? '').split(',')) {
    const path = orderingsOf(spelled).get(part.trim().replace(/^[-+]/, ''));
    if (path) paths.push(part.trim().startsWith('-') ? `-${path}` : path);
  }
  if (paths.length > 0) return paths;
  const switched = Object.entries(spelled.resource.orderSwitches ?? {}).find(([name]) =>
    isTrue(parameters[name] ?? ''),
  );
  return switched?.[1] ?? [];
}

function parsePage(parameters: Row): Page {
  const limit = whole('limit', parameters.limit);
  if (typeof parameters.cursor === 'string') {
    return { kind: 'cursor', limit: limit || 100, after: parameters.cursor ? readCursor(parameters.cursor) : null };
  }
  if (!limit) return { kind: 'all' };
  return { kind: 'offset', limit, offset: whole('offset', parameters.offset) };
}

function whole(name: 'limit' | 'offset', raw: unknown): number {
  if (raw === undefined || raw === '') return 0;
  if (typeof raw !== 'string' || !/^\d{1,15}$/.test(raw)) throw new Invalid({ [name]: [say('values.integer')] });
  return name === 'limit' ? Math.min(Number(raw), largestPage) : Number(raw);
}

/** Cursors are the order values of the last row, in base64url: opaque to clients, and harmless when made up. */
export const writeCursor = (after: readonly (string | null)[]): string =>
  Buffer.from(JSON.stringify(after)).toString('base64url');

function readCursor(cursor: string): (string | null)[] {
  try {
    const after: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (Array.isArray(after) && after.every((one) => one === null || typeof one === 'string')) return after;
  } catch {
    // Falls through to the refusal below.
  }
  throw new Invalid({ cursor: [say('values.cursor')] });
}
