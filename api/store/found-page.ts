import type pg from 'pg';
import { type Asked, type Listing, listing } from './listing.ts';
import { orderSql } from './order.ts';
import type { OffsetPage, Query } from './query.ts';
import { valuesOf } from './statement.ts';
import { whereSql } from './visible.ts';

/**
 * How a page of what words found is read. Words that stand nearly everywhere are found on the way through the list, from
 * its top; of others that way may lead through the whole table, so all finds are gathered and sorted.
 */
export type Way = 'walked' | 'gathered' | { readonly ids: readonly number[] };

/** The way to a page: how many finds stand near the top of the list is seen by looking. */
export async function wayTo(
  db: pg.Pool,
  asked: Asked,
  query: Query,
  page: OffsetPage,
  me: number | null,
): Promise<Way> {
  const top = 150 + 2 * (page.limit + page.offset);
  if (top > furthest || !isServed(asked, query)) return 'gathered';
  const { statement, where, keys } = listing(asked, query);
  const first = `SELECT t.id, (${where.join(' AND ')}) AS holds, ${keyList(keys)} ${statement.from()} ORDER BY ${orderSql(keys)}`;
  const looked = `${first} LIMIT ${statement.bind({ value: top }, 'int')}`;
  const bounds = `LIMIT ${statement.bind('limit', 'int')} OFFSET ${statement.bind('offset', 'bigint')}`;
  const { rows } = await db.query<[number]>({
    text: `SELECT id FROM (${looked}) AS first WHERE holds ORDER BY ${gatheredOrder(keys)} ${bounds}`,
    values: valuesOf(statement.slots, me, page),
    rowMode: 'array',
  });
  return rows.length < page.limit ? 'gathered' : { ids: rows.map(([id]) => id) };
}

/** So many rows are looked at, at most, before all finds are gathered. */
const furthest = 12_000;

/** Whether an index brings the rows in the order asked for: that of the declaration, and that of ids. */
function isServed({ projection }: Asked, { order }: Query): boolean {
  const name = (path = 'id') => path.replace(/^-/, '');
  const [declared] = projection.resource.order;
  const first = name(order.length > 0 ? order[0] : declared);
  return first === 'id' || (first === name(declared) && !first.includes('.'));
}

/**
 * A table of all finds, and the condition that leaves those of a page: they are looked up once, for the count and the page.
 * @param upTo so many and one more are gathered
 * @param bounds LIMIT and OFFSET of the page
 */
export function gatheredSql({ statement, where, keys }: Listing, upTo: number, bounds: string) {
  const finds = `SELECT t.id, ${keyList(keys)} ${statement.from()}${whereSql(where)} LIMIT ${upTo + 1}`;
  const ids = `SELECT id FROM gathered ORDER BY ${gatheredOrder(keys)} ${bounds}`;
  return {
    table: `gathered AS MATERIALIZED (${finds})`,
    count: 'SELECT count(*)::int FROM gathered',
    condition: `t.id = ANY(ARRAY(${ids}))`,
  };
}

/** The columns of the order, by names that {@link gatheredOrder} takes up. */
const keyList = (keys: Listing['keys']): string => keys.map(({ sql }, n) => `${sql} AS k${n}`).join(', ');

const gatheredOrder = (keys: Listing['keys']): string => orderSql(keys.map((key, n) => ({ ...key, sql: `k${n}` })));
