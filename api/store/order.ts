import type { Resource } from '../resources/declaration.ts';
import { resourceNamed } from '../resources/index.ts';
import type { Sight } from './sight.ts';
import type { Statement } from './statement.ts';
import { readablePart } from './within-sight.ts';

/** One column of an order: its SQL and direction. Nulls come last going up and first going down, as PostgreSQL has it. */
interface Key {
  readonly sql: string;
  readonly descending: boolean;
  readonly nullable: boolean;
}

/**
 * The columns that a list is ordered by; the id is always the last, so that the order is total. Of a path that the caller
 * may not read to its end, as much counts as they may.
 */
export function orderKeys(statement: Statement, paths: readonly string[], sight: Sight): Key[] {
  const asked = paths.length > 0 ? paths : statement.resource.order;
  const keys = asked.map((path) => {
    const descending = path.startsWith('-');
    const bare = readablePart(statement.resource, descending ? path.slice(1) : path, sight);
    return { sql: statement.path(bare), descending, nullable: mayBeNull(statement.resource, bare) };
  });
  const byId = statement.path('id');
  if (keys.some((key) => key.sql === byId)) return keys;
  return [...keys, { sql: byId, descending: keys.every((key) => key.descending) && keys.length > 0, nullable: false }];
}

export const orderSql = (keys: readonly Key[]): string =>
  keys.map(({ sql, descending }) => (descending ? `${sql} DESC` : sql)).join(', ');

/**
 * The condition for rows behind `after` in that order (keyset paging). `after` holds the keys' values as PostgreSQL
 * printed them; which of them are null makes the condition, and the values are for the statement's page to say. Where all keys run the same way and none is null it is one row comparison, which an index serves.
 */
export function behindSql(statement: Statement, keys: readonly Key[], after: readonly (string | null)[]): string {
  const bind = (n: number) => {
    statement.slots.push({ after: n });
    return `$${statement.slots.length}`;
  };
  if (keys.every((key) => !key.nullable && key.descending === keys[0]?.descending)) {
    const columns = keys.map((key) => key.sql).join(', ');
    return `(${columns}) ${keys[0]?.descending ? '<' : '>'} (${keys.map((_, n) => bind(n)).join(', ')})`;
  }
  const alternatives = keys.map((key, n) => {
    const equal = keys.slice(0, n).map((one, i) => `${one.sql} IS NOT DISTINCT FROM ${bind(i)}`);
    return `(${[...equal, furtherSql(key, after[n] ?? null, () => bind(n))].join(' AND ')})`;
  });
  return `(${alternatives.join(' OR ')})`;
}

function furtherSql({ sql, descending }: Key, value: string | null, bind: () => string): string {
  if (value === null) return descending ? `${sql} IS NOT NULL` : 'false';
  return descending ? `${sql} < ${bind()}` : `(${sql} > ${bind()} OR ${sql} IS NULL)`;
}

function mayBeNull(resource: Resource, path: string): boolean {
  const [name = '', ...rest] = path.split('.');
  if (name === 'id') return false;
  const field = resource.fields[name];
  if (!field || field.nullable || field.sql !== undefined) return true;
  return rest.length > 0 && field.target ? mayBeNull(resourceNamed(field.target), rest.join('.')) : false;
}
