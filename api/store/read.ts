import type pg from 'pg';
import { conditionSql } from './condition.ts';
import { correctWords } from './correct.ts';
import { countSql, settleCount } from './count.ts';
import { type Batches, LongLists } from './long-list.ts';
import { findEnds, matchSql } from './match.ts';
import { behindSql, orderKeys, orderSql } from './order.ts';
import { columnsSql, type Projection } from './projection.ts';
import type { Query } from './query.ts';
import { scopeOf } from './searched.ts';
import { blind, type Sight } from './sight.ts';
import { quoted, type Slot, Statement, valuesOf } from './statement.ts';
import { nameFor } from './statement-name.ts';
import { visibleSql, whereSql } from './visible.ts';

export { visibleSql, whereSql };

/** A compiled SELECT: its text, a name under which connections keep it prepared, and its parameters. */
interface Compiled {
  readonly text: string;
  readonly name: string | undefined;
  readonly slots: readonly Slot[];
}

/** A list as the store answers it: JSON texts, ready to send. */
export interface ListAnswer {
  /** The array; `rows` instead when the list is too long for one piece. */
  readonly text: string | null;
  /** JSON texts of the rows, in order, a batch at a time; close it if it is not read. */
  readonly rows: Batches | null;
  /** How many rows there are in all, when the page asked for it. */
  readonly count: number | null;
  /** Whether that is PostgreSQL's estimate: beyond a bound nobody counts. */
  readonly countIsEstimate: boolean;
  /** Order values of the last row of the page; null when no further page follows. */
  readonly next: readonly (string | null)[] | null;
}

const details = new WeakMap<Projection, Map<boolean, Compiled>>();

function detailStatement(projection: Projection, ownOnly: boolean): Compiled {
  const forms = details.get(projection) ?? new Map<boolean, Compiled>();
  details.set(projection, forms);
  let compiled = forms.get(ownOnly);
  if (!compiled) {
    const statement = new Statement(projection.resource);
    const columns = columnsSql(statement, projection);
    const where = [
      `${statement.path('id')} = ${statement.bind('id', 'int')}`,
      ...shownSql(statement, projection, ownOnly),
    ];
    const text = `SELECT to_json(row)::text AS body FROM (SELECT ${columns} ${statement.from()}${whereSql(where)}) AS row`;
    compiled = { text, name: nameFor(text), slots: statement.slots };
    forms.set(ownOnly, compiled);
  }
  return compiled;
}

/** The conditions under which a projection shows a row to this caller. */
const shownSql = (statement: Statement, { only }: Projection, ownOnly: boolean): string[] => [
  ...visibleSql(statement, ownOnly),
  ...(only ? [`(${statement.fill(only)})`] : []),
];

/** One row as JSON text; null when there is none, or none that is theirs where `ownOnly`. */
export async function readOne(
  db: pg.Pool,
  projection: Projection,
  id: number,
  me: number | null,
  ownOnly: boolean,
): Promise<string | null> {
  const { text, name, slots } = detailStatement(projection, ownOnly);
  const { rows } = await db.query<{ body: string }>({ text, ...(name && { name }), values: valuesOf(slots, me, id) });
  return rows[0]?.body ?? null;
}

/**
 * A page of rows, or all of them, with what the page wants to know beside: how many, and where the next begins. Words
 * that find nothing are tried again as the nearest ones there are.
 */
export async function readList(
  db: pg.Pool,
  projection: Projection,
  query: Query,
  me: number | null,
  ownOnly: boolean,
  sight: Sight = blind,
): Promise<ListAnswer> {
  const answer = await readMatching(db, projection, query, me, ownOnly, sight);
  if (query.search.length === 0 || answer.text !== '[]') return answer;
  const mended = await correctWords(db, [scopeOf(projection.resource, ownOnly, sight)], query.search, me);
  return mended ? readMatching(db, projection, { ...query, search: mended }, me, ownOnly, sight) : answer;
}

async function readMatching(
  db: pg.Pool,
  projection: Projection,
  query: Query,
  me: number | null,
  ownOnly: boolean,
  sight: Sight,
): Promise<ListAnswer> {
  const { resource } = projection;
  const scope = scopeOf(resource, ownOnly, sight);
  const matches = query.search.length > 0 ? await findEnds(db, [scope], query.search) : null;
  const statement = new Statement(resource);
  const where = [
    ...shownSql(statement, projection, ownOnly),
    ...query.where.map((condition) => conditionSql(statement, condition, sight)),
    ...matchSql(statement, scope.paths, matches?.get(resource) ?? []),
  ];
  const counted = countSql(statement, where, matches !== null);
  const keys = orderKeys(statement, query.order, sight);
  const { page } = query;
  // How to look for words depends on the words, so such statements are planned each time.
  const ready = (text: string, values = valuesOf(statement.slots, me)) =>
    matches ? { text, values } : { text, values, name: nameFor(text) };
  if (page.kind === 'cursor' && page.after) where.push(behindSql(statement, keys, page.after));
  const columns = columnsSql(statement, projection);
  const rows = `${statement.from()}${whereSql(where)} ORDER BY ${orderSql(keys)}`;

  if (page.kind === 'all') {
    const text = `SELECT to_json(row)::text AS body FROM (SELECT ${columns} ${rows}) AS row`;
    return readAll(db, text, valuesOf(statement.slots, me));
  }
  if (page.kind === 'cursor') {
    const limit = limitSql(statement, page.limit);
    const names = keys.map((_, n) => `"$key${n}"`);
    const raw = keys.map(({ sql }, n) => `${sql} AS ${names[n]}`).join(', ');
    const shown = projection.columns.map(({ key }) => `page.${quoted(key)}`).join(', ');
    // One more than asked for tells whether any follow. Of the last row alone its place is printed.
    const further = `SELECT ${raw}, ${columns} ${rows} LIMIT ${limit} + 1`;
    const numbered = `SELECT row_number() OVER () AS "$n", found.* FROM (${further}) AS found`;
    const place = `ARRAY[${names.map((name) => `${name}::text`).join(', ')}]`;
    const after = `(max(${place}::text) FILTER (WHERE "$n" = ${limit}))::text[]`;
    const text = `SELECT ${arrayOf('row', `"$n" <= ${limit}`)} AS body, CASE WHEN count(*) > ${limit} THEN ${after} END AS after FROM (${numbered}) AS page, LATERAL (SELECT ${shown}) AS row`;
    const found = await db.query<{ body: string; after: (string | null)[] | null }>(ready(text));
    const { body = '[]', after: next = null } = found.rows[0] ?? {};
    return { text: body, rows: null, count: null, countIsEstimate: false, next };
  }
  const limit = limitSql(statement, page.limit);
  const offset = page.offset === 0 ? '' : ` OFFSET ${statement.bind({ value: page.offset }, 'bigint')}`;
  const paged = `SELECT ${arrayOf('row')} AS body, count(*)::int AS size FROM (SELECT ${columns} ${rows} LIMIT ${limit}${offset}) AS row`;
  const text = page.uncounted ? paged : `SELECT (${counted.along}) AS along, page.* FROM (${paged}) AS page`;
  const answer = await db.query<{ along: number; body: string; size: number }>(ready(text));
  const { body = '[]', along = 0, size = 0 } = answer.rows[0] ?? {};
  const count = page.uncounted
    ? { count: null, countIsEstimate: false }
    : await settleCount(db, counted, { ...page, along, size }, me, ready);
  return { text: body, rows: null, ...count, next: null };
}

/** SQL of one JSON array as text: the rows in their order, those under a condition alone where one is given. */
const arrayOf = (row: string, condition = 'true'): string =>
  `'[' || coalesce(string_agg(to_json(${row})::text, ',') FILTER (WHERE ${condition}), '') || ']'`;

/** Sizes that clients ask for. */
const usualSizes: ReadonlySet<number> = new Set([10, 20, 25, 50, 100, 200, 250, 500, 1000]);

/**
 * A number in the text lets PostgreSQL plan once; a parameter, of which it would guess the worst, makes it plan each
 * time. Only so many numbers make statements of their own.
 */
const limitSql = (statement: Statement, limit: number): string =>
  usualSizes.has(limit) ? String(limit) : statement.bind({ value: limit }, 'int');

const longLists = new WeakMap<pg.Pool, LongLists>();

/** Every row; as they come out of the database when they are many. */
async function readAll(db: pg.Pool, text: string, values: unknown[]): Promise<ListAnswer> {
  const lists = longLists.get(db) ?? new LongLists(db);
  longLists.set(db, lists);
  const read = await lists.read(text, values);
  const whole = Array.isArray(read);
  return {
    text: whole ? `[${read.join(',')}]` : null,
    rows: whole ? null : read,
    count: null,
    countIsEstimate: false,
    next: null,
  };
}
