import type pg from 'pg';
import { BareRows } from './bare-rows.ts';
import { conditionSql } from './condition.ts';
import { correctWords } from './correct.ts';
import { type Counted, countSql, settleCount } from './count.ts';
import { type Batches, LongLists } from './long-list.ts';
import { text } from './look.ts';
import { findEnds, type Match, matchSql } from './match.ts';
import { behindSql, orderKeys, orderSql } from './order.ts';
import { columnsSql, type Projection } from './projection.ts';
import type { Page, Query } from './query.ts';
import { scopeOf } from './searched.ts';
import { blind, type Sight } from './sight.ts';
import { type Slot, Statement, valuesOf } from './statement.ts';
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

/** A SELECT of one row by its id, and how its text is read. */
interface Detail extends Compiled {
  readonly rows: BareRows;
}

const details = new WeakMap<Projection, Map<string, Detail>>();

function detailStatement(projection: Projection, ownOnly: boolean, sure: boolean): Detail {
  const forms = details.get(projection) ?? new Map<string, Detail>();
  details.set(projection, forms);
  const form = `${ownOnly} ${sure}`;
  let compiled = forms.get(form);
  if (!compiled) {
    const statement = new Statement(projection.resource);
    const rows = new BareRows(projection.columns, [], sure);
    const columns = rows.list(statement);
    const where = [
      `${statement.path('id')} = ${statement.bind('id', 'int')}`,
      ...shownSql(statement, projection, ownOnly),
    ];
    const text = `SELECT ${rows.rowSql('row')} AS body FROM (SELECT ${columns} ${statement.from()}${whereSql(where)}) AS row`;
    compiled = { text, name: nameFor(text), slots: statement.slots, rows };
    forms.set(form, compiled);
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
  for (const sure of [false, true]) {
    const { text, name, slots, rows: printing } = detailStatement(projection, ownOnly, sure);
    const { rows } = await db.query<{ body: string }>({ text, ...(name && { name }), values: valuesOf(slots, me, id) });
    if (!rows[0]) return null;
    const printed = printing.print(rows[0].body, 1);
    if (printed) return printed.texts;
  }
  throw new Error(`${projection.name} can not be read`);
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
  const scope = scopeOf(projection.resource, ownOnly, sight);
  const found = query.search.length > 0 ? await findEnds(db, [scope], query.search) : null;
  const matches = found && { paths: scope.paths, of: found.get(projection.resource) ?? [] };
  if (query.page.kind === 'all') {
    const { statement, rows } = listing(projection, query, ownOnly, sight, matches);
    const columns = columnsSql(statement, projection);
    const text = `SELECT to_json(row)::text AS body FROM (SELECT ${columns} ${rows()}) AS row`;
    return readAll(db, text, valuesOf(statement.slots, me));
  }
  for (const sure of [false, true]) {
    const plan = planOf(projection, query, query.page, ownOnly, sight, matches, sure);
    const answer = await readPage(db, plan, query.page, me);
    if (answer) return answer;
  }
  throw new Error(`${projection.name} can not be listed`);
}

/** What words were found behind references, and where else they are looked for. */
type Matches = { readonly paths: readonly string[]; readonly of: readonly Match[] } | null;

/** A list's statement before it is known how it is printed; `rows` is its SQL from FROM on. */
function listing(projection: Projection, query: Query, ownOnly: boolean, sight: Sight, matches: Matches) {
  const statement = new Statement(projection.resource);
  const where = [
    ...shownSql(statement, projection, ownOnly),
    ...query.where.map((condition) => conditionSql(statement, condition, sight)),
    ...(matches ? matchSql(statement, matches.paths, matches.of) : []),
  ];
  const counted = countSql(statement, where, matches !== null);
  const keys = orderKeys(statement, query.order, sight);
  const { page } = query;
  if (page.kind === 'cursor' && page.after) where.push(behindSql(statement, keys, page.after));
  // Columns may add joins before it is read.
  const rows = () => `${statement.from()}${whereSql(where)} ORDER BY ${orderSql(keys)}`;
  return { statement, counted, keys, rows };
}

/** A page's statement, and how what it finds is read. */
interface Plan extends Compiled {
  readonly rows: BareRows;
  readonly counted: Counted;
  /** How to look for words depends on the words, so such statements are planned each time. */
  readonly byWords: boolean;
}

type PartOfList = Exclude<Page, { kind: 'all' }>;

function planOf(
  projection: Projection,
  query: Query,
  page: PartOfList,
  ownOnly: boolean,
  sight: Sight,
  matches: Matches,
  sure: boolean,
): Plan {
  const { statement, counted, keys, rows } = listing(projection, query, ownOnly, sight, matches);
  // Of a page by cursor, the place of each row comes beside it, and one row more tells whether any follow.
  const places =
    page.kind === 'cursor' ? keys.map(({ sql }) => ({ key: '', sql: () => `${sql}::text`, look: text })) : [];
  const bare = new BareRows(projection.columns, places, sure);
  const list = bare.list(statement);
  const limit = limitSql(statement, page.limit);
  const bound = page.kind === 'cursor' ? `${limit} + 1` : `${limit}${offsetSql(statement, page.offset)}`;
  const paged = `SELECT ${BareRows.allSql(bare.rowSql('row'))} FROM (SELECT ${list} ${rows()} LIMIT ${bound}) AS row`;
  const along = page.kind === 'offset' && !page.uncounted;
  const whole = along ? `SELECT (${counted.along}) AS along, page.* FROM (${paged}) AS page` : paged;
  const byWords = matches !== null;
  return {
    text: whole,
    name: byWords ? undefined : nameFor(whole),
    slots: statement.slots,
    rows: bare,
    counted,
    byWords,
  };
}

/** Null when the page has values that PostgreSQL has to print. */
async function readPage(db: pg.Pool, plan: Plan, page: PartOfList, me: number | null): Promise<ListAnswer | null> {
  const { text, name, slots, rows, counted, byWords } = plan;
  const found = await db.query<{ body: string | null; size: number; along?: number }>({
    text,
    ...(name && { name }),
    values: valuesOf(slots, me),
  });
  const { body, size = 0, along = 0 } = found.rows[0] ?? {};
  const printed = rows.print(body ?? '', size, page.limit);
  if (!printed) return null;
  const answer = { text: `[${printed.texts}]`, rows: null, count: null, countIsEstimate: false, next: null };
  if (page.kind === 'cursor') return { ...answer, next: size > page.limit ? printed.beside : null };
  if (page.uncounted) return answer;
  const ready = (sql: string, values: unknown[]) => ({ text: sql, values, ...(!byWords && { name: nameFor(sql) }) });
  return { ...answer, ...(await settleCount(db, counted, { ...page, along, size }, me, ready)) };
}

const offsetSql = (statement: Statement, offset: number): string =>
  offset === 0 ? '' : ` OFFSET ${statement.bind({ value: offset }, 'bigint')}`;

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
