import type pg from 'pg';
import { BareRows } from './bare-rows.ts';
import { correctWords } from './correct.ts';
import { settleCount } from './count.ts';
import { type Way, wayTo } from './found-page.ts';
import { listing, shownSql } from './listing.ts';
import { type Batches, LongLists } from './long-list.ts';
import { findEnds } from './match.ts';
import { type AskedPage, foundPlan, type PartOfList, planFor } from './page-plan.ts';
import { columnsSql, type Projection } from './projection.ts';
import type { Query } from './query.ts';
import { scopeOf } from './searched.ts';
import { blind, type Sight } from './sight.ts';
import { type Slot, Statement, valuesOf } from './statement.ts';
import { nameFor } from './statement-name.ts';
import { whereSql } from './visible.ts';

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

/** A SELECT of one row by its id, the name under which connections keep it prepared, and how its text is read. */
interface Detail {
  readonly text: string;
  readonly name: string | undefined;
  readonly slots: readonly Slot[];
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

/** A row to be read by somebody else's hand. */
export interface RowQuery {
  readonly text: string;
  readonly values: readonly unknown[];
  readonly name: string | undefined;
  /** JSON text of what was found; null when PostgreSQL has to print it, or there is nothing. */
  print(rows: readonly { body: string }[]): string | null;
}

/** @param sure PostgreSQL prints every value */
export function rowQuery(
  projection: Projection,
  id: number,
  me: number | null,
  ownOnly: boolean,
  sure = false,
): RowQuery {
  const { text, name, slots, rows } = detailStatement(projection, ownOnly, sure);
  const print = ([row]: readonly { body: string }[]) => (row && rows.print(row.body, 1)?.texts) ?? null;
  return { text, name, values: valuesOf(slots, me, { id }), print };
}

/** One row as JSON text; null when there is none, or none that is theirs where `ownOnly`. */
export async function readOne(
  db: pg.Pool,
  projection: Projection,
  id: number,
  me: number | null,
  ownOnly: boolean,
): Promise<string | null> {
  for (const sure of [false, true]) {
    const { text, name, values, print } = rowQuery(projection, id, me, ownOnly, sure);
    const { rows } = await db.query<{ body: string }>({ text, ...(name && { name }), values: [...values] });
    if (rows.length === 0) return null;
    const printed = print(rows);
    if (printed !== null) return printed;
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
    const { statement, rows } = listing({ projection, ownOnly, sight, matches }, query);
    const columns = columnsSql(statement, projection);
    const text = `SELECT to_json(row)::text AS body FROM (SELECT ${columns} ${rows(null)}) AS row`;
    return readAll(db, text, valuesOf(statement.slots, me));
  }
  for (const sure of [false, true]) {
    const answer = await readPage(db, { projection, ownOnly, sight, matches, sure }, query, query.page, me);
    if (answer) return answer;
  }
  throw new Error(`${projection.name} can not be listed`);
}

/** Null when the page has values that PostgreSQL has to print. */
async function readPage(
  db: pg.Pool,
  asked: AskedPage,
  query: Query,
  page: PartOfList,
  me: number | null,
  way?: Way,
): Promise<ListAnswer | null> {
  if (asked.matches && page.kind === 'offset' && !page.uncounted && !way) {
    return readPage(db, asked, query, page, me, await wayTo(db, asked, query, page, me));
  }
  const { plan, values: open } = way ? foundPlan(asked, query, page, way) : planFor(asked, query, page);
  const { text, name, slots, rows, counted, byWords } = plan;
  const late = { ...page, open };
  const found = await db.query<{ body: string | null; size: number; along?: number }>({
    text,
    ...(name && { name }),
    values: valuesOf(slots, me, late),
  });
  const { body, size = 0, along = 0 } = found.rows[0] ?? {};
  // Beyond the bound, those that were gathered are not the first.
  if (way === 'gathered' && along > counted.upTo) return readPage(db, asked, query, page, me, 'walked');
  const printed = rows.print(body ?? '', size, page.limit);
  if (!printed) return null;
  const answer = { text: `[${printed.texts}]`, rows: null, count: null, countIsEstimate: false, next: null };
  if (page.kind === 'cursor') return { ...answer, next: size > page.limit ? printed.beside : null };
  if (page.uncounted) return answer;
  const ready = (sql: string, values: unknown[]) => ({ text: sql, values, ...(!byWords && { name: nameFor(sql) }) });
  const known = { ...counted, slots: valuesOf(counted.slots, me, late).map((value) => ({ value })) };
  return { ...answer, ...(await settleCount(db, known, { ...page, along, size }, me, ready)) };
}

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
