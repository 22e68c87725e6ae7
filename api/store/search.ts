import type pg from 'pg';
import type { Resource } from '../resources/declaration.ts';
import { manySql, type Ranked, rowsSql } from './best.ts';
import { correctWords } from './correct.ts';
import { estimated } from './count.ts';
import { findEnds, type Match } from './ends.ts';
import { type Lot, lotSql, seenLot, someMayDo } from './lots.ts';
import type { Rest } from './match.ts';
import { literal } from './projection.ts';
import { describedBy, type Scope } from './searched.ts';
import { type Slot, Statement, valuesOf } from './statement.ts';
import { nameFor } from './statement-name.ts';
import { countedUpTo } from './words.ts';

export { wordsOf } from './words.ts';

/** A row that was found. */
export interface Hit {
  readonly id: number;
  /** The row's name, as the declaration's `label` has it. */
  readonly label: string;
  /** What else it is found by, in one line; may be empty. */
  readonly description: string;
  /** From 0 to 1; comparable between resources. */
  readonly rank: number;
}

/** What was found of one resource. */
export interface Found {
  readonly resource: Resource;
  /** The words that it holds: those looked for, or the nearest ones when they stand nowhere. */
  readonly words: readonly string[];
  /** The page asked for, the best first. */
  readonly hits: readonly Hit[];
  /** How many there are in all. */
  readonly count: number;
  /** Whether that is PostgreSQL's estimate: of very many nobody counts. */
  readonly countIsEstimate: boolean;
}

export interface SearchWishes {
  /** Where to look; everywhere unless said. */
  readonly resources?: readonly Resource[];
  /** The most hits of each resource; 10 unless said. */
  readonly limit?: number;
  /** How many of the best of each resource to pass over. */
  readonly offset?: number;
}

/** Looks through resources; when nothing is found, for the nearest words instead. No words find nothing. */
export async function searchIn(
  db: pg.Pool,
  scopes: readonly Scope[],
  words: readonly string[],
  me: number | null,
  wishes: SearchWishes,
): Promise<Found[]> {
  if (words.length === 0 || scopes.length === 0) return [];
  const found = await findIn(db, scopes, words, me, wishes);
  if (found.length > 0) return found;
  const mended = await correctWords(db, scopes, words, me, words.length === 1);
  return mended ? findIn(db, scopes, mended, me, wishes) : [];
}

async function findIn(
  db: pg.Pool,
  scopes: readonly Scope[],
  words: readonly string[],
  me: number | null,
  { limit = 10, offset = 0 }: SearchWishes,
): Promise<Found[]> {
  const page = { limit, offset };
  // What to ask an index for depends on the words, so that is planned each time; the rest is kept for up to three words,
  // and goes by nothing behind references, so that it is read meanwhile.
  const plain = words.map((word) => ({ word, ends: new Map(), held: null }));
  const others = scopes.filter(({ resource }) => !resource.searchText);
  const [matches, read] = await Promise.all([
    findEnds(db, scopes, words),
    askEach<Lot>(db, me, others, (scope, slots) => lotSql(scope, plain, slots, page), words.length <= 3),
  ]);
  const matchesOf = ({ resource }: Scope) => matches.get(resource) ?? [];
  const seen = scopes.flatMap((scope) => seenLot(scope, matchesOf(scope)) ?? []);
  const known = new Set(seen.map(({ resource }) => resource));
  const askKept = (those: readonly Scope[], rest: (scope: Scope) => Rest) =>
    askEach<Lot>(db, me, those, (scope, slots) => lotSql(scope, matchesOf(scope), slots, page, rest(scope)));
  const some = (scope: Scope) => someMayDo(matchesOf(scope));
  const unseen = scopes.filter(({ resource }) => resource.searchText && !known.has(resource.name));
  const kept = await askKept(unseen, (scope) => (some(scope) ? 'some' : 'all'));
  const counted = new Map(kept.map(({ resource, count }) => [resource, count]));
  const few = unseen.filter((scope) => some(scope) && (counted.get(scope.resource.name) ?? 0) <= countedUpTo(words));
  const again = await askKept(few, () => 'all');
  const lots = new Map(
    [...seen, ...kept, ...again, ...read].filter(({ count }) => count > 0).map((lot) => [lot.resource, lot]),
  );
  const lotsOf = ({ resource }: Scope) => lots.get(resource.name);
  const many = await askEach<{ resource: string; best: Ranked[] }>(
    db,
    me,
    scopes.filter((scope) => lotsOf(scope)?.best === null),
    (scope, slots) => manySql(scope, matchesOf(scope), slots, page),
  );
  const best = new Map([...lots.values(), ...many].map((lot) => [lot.resource, lot.best ?? []]));
  const bestOf = ({ resource }: Scope) => best.get(resource.name) ?? [];
  const named = await askEach<{ resource: string; hits: Hit[] }>(
    db,
    me,
    scopes.filter((scope) => bestOf(scope).length > 0),
    (scope, slots) => hitsSql(scope, bestOf(scope), slots),
  );
  const hits = new Map(named.map((one) => [one.resource, one.hits]));
  return Promise.all(
    scopes.filter(lotsOf).map(async (scope) => ({
      resource: scope.resource,
      words,
      hits: hits.get(scope.resource.name) ?? [],
      ...(await countOf(db, scope, matchesOf(scope), lotsOf(scope)?.count ?? 0, me)),
    })),
  );
}

/** Asks for something of each of several resources, in one statement; `ready`: connections keep it prepared. */
async function askEach<Row extends { resource: string }>(
  db: pg.Pool,
  me: number | null,
  scopes: readonly Scope[],
  sql: (scope: Scope, slots: Slot[]) => string,
  ready = false,
): Promise<Row[]> {
  if (scopes.length === 0) return [];
  const slots: Slot[] = [];
  const text = scopes.map((scope) => sql(scope, slots)).join(' UNION ALL ');
  const name = ready ? nameFor(text) : undefined;
  const { rows } = await db.query<Row>({ text, values: valuesOf(slots, me), ...(name && { name }) });
  return rows;
}

/** What to say of a count: beyond the bound PostgreSQL's estimate, which may not contradict what was seen. */
async function countOf(
  db: pg.Pool,
  scope: Scope,
  matches: readonly Match[],
  counted: number,
  me: number | null,
): Promise<Pick<Found, 'count' | 'countIsEstimate'>> {
  const whole = !scope.resource.searchText || counted <= countedUpTo(matches.map(({ word }) => word));
  if (whole) return { count: counted, countIsEstimate: false };
  const statement = new Statement(scope.resource);
  const rows = rowsSql(statement, scope, matches);
  const count = Math.max(counted, await estimated(db, rows, valuesOf(statement.slots, me)));
  return { count, countIsEstimate: true };
}

/** Names are put together for those shown alone. */
function hitsSql({ resource, paths }: Scope, best: readonly Ranked[], slots: Slot[]): string {
  const shown = new Statement(resource, slots);
  const label = `coalesce(${shown.path('$label')}, '')`;
  const ids = shown.bind({ value: best.map(({ id }) => id) }, 'int[]');
  const ranks = shown.bind({ value: best.map(({ rank }) => rank) }, 'float[]');
  const hit = `SELECT t.id, ${label} AS label, ${describedBy(shown, paths)} AS description, best.rank`;
  return `SELECT ${literal(resource.name)} AS resource, (SELECT coalesce(json_agg(hit), '[]') FROM (
    ${hit} ${shown.from()} JOIN unnest(${ids}, ${ranks}) AS best (id, rank) ON best.id = t.id
    ORDER BY best.rank DESC, label, t.id) AS hit) AS hits`;
}
