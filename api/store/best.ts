import { countedUpTo, type Match } from './ends.ts';
import { literal } from './look.ts';
import { matchSql, rankSql } from './match.ts';
import { type Scope, searchTextOf } from './searched.ts';
import { type Slot, Statement } from './statement.ts';
import { visibleSql, whereSql } from './visible.ts';
import { partOf, wordPattern } from './words.ts';

/** So many rows are ranked one by one. */
export const rankedUpTo = 1000;

/** Which rows are wanted of those found: the best `limit` after the best `offset`. */
export interface Page {
  readonly limit: number;
  readonly offset: number;
}

/** A row and how well it matches. */
export interface Ranked {
  readonly id: number;
  readonly rank: number;
}

/** What was found of one resource; `best` is null where they are too many to be ranked one by one. */
export interface Lot {
  readonly resource: string;
  readonly count: number;
  readonly best: readonly Ranked[] | null;
}

/** A SELECT that gives a {@link Lot}: the rows of a resource in which all the words stand. */
export const lotSql = (scope: Scope, matches: readonly Match[], slots: Slot[], page: Page): string =>
  (scope.resource.searchText ? keptLot : readLot)(scope, matches, slots, page);

/** Of a table that keeps its text: found by its index. */
function keptLot(scope: Scope, matches: readonly Match[], slots: Slot[], page: Page): string {
  const rows = `${rowsSql(new Statement(scope.resource, slots), scope, matches)} LIMIT ${countedUpTo + 1}`;
  const few = `(SELECT n FROM size) <= ${rankedUpTo}`;
  const best = bestOf(scope, matches, slots, page, `SELECT id FROM found WHERE ${few}`);
  return `(WITH found AS MATERIALIZED (${rows}), size AS MATERIALIZED (SELECT count(*)::int AS n FROM found)
    ${lot(scope, '(SELECT n FROM size)', `CASE WHEN ${few} THEN (${listed(best)}) END`)})`;
}

/**
 * Of a table that keeps no text, because it does not grow: all of it is read. OFFSET 0 has its rows read before those
 * behind references: of these there may be very many.
 */
function readLot(scope: Scope, matches: readonly Match[], slots: Slot[], page: Page): string {
  const statement = new Statement(scope.resource, slots);
  const words = matches.map(({ word }) => word);
  const stands = words.map((word) => `text LIKE ${partOf(statement, word)}`);
  const rank = rankSql(statement, 'text', words);
  const text = searchTextOf(statement, scope.paths);
  const read = `SELECT t.id, ${text} AS text ${statement.from()}${whereSql(visibleSql(statement, scope.ownOnly))} OFFSET 0`;
  const found = `SELECT id, ${rank} AS rank FROM (${read}) AS looked WHERE ${stands.join(' AND ')}`;
  const best = listed(`SELECT * FROM found ${paged(statement, page)}`);
  return `(WITH found AS MATERIALIZED (${found}) ${lot(scope, '(SELECT count(*)::int FROM found)', `(${best})`)})`;
}

/**
 * A SELECT of the best of very many rows, as `resource` and `best`: rank by rank, whole words before beginnings before
 * parts, and no further than until there are enough. Each rank has its LIKE, which an index serves.
 */
export function manySql(scope: Scope, matches: readonly Match[], slots: Slot[], page: Page): string {
  const words = matches.map(({ word }) => word);
  const enough = Math.max(page.limit + page.offset, words.length > 1 ? rankedUpTo : 0);
  const tables: string[] = [];
  const better: ((statement: Statement) => string)[] = [];
  const kinds = words.length > 1 ? [whole, begun] : [firstWhole, firstBegun, whole, begun];
  for (const kind of [...kinds, null]) {
    const statement = new Statement(scope.resource, slots);
    const isKind = kind && ((at: Statement) => words.map((word) => kind(at, word)).join(' AND '));
    const conditions = [
      ...visibleSql(statement, scope.ownOnly),
      ...(isKind ? [isKind(statement)] : matchSql(statement, scope.paths, matches)),
      ...better.map((one) => `NOT (${one(statement)})`),
    ];
    if (isKind) better.push(isKind);
    const missing = [enough, ...tables.map((_, n) => `(SELECT count(*) FROM rank${n})`)].join(' - ');
    const rows = `SELECT t.id ${statement.from()}${whereSql(conditions)} ORDER BY t.id LIMIT ${enough}`;
    tables.push(`rank${tables.length} AS MATERIALIZED (SELECT id FROM (${rows}) AS rows LIMIT ${missing})`);
  }
  const ids = tables.map((_, n) => `SELECT id FROM rank${n}`).join(' UNION ALL ');
  const best = listed(bestOf(scope, matches, slots, page, ids));
  return `(WITH ${tables.join(', ')} SELECT ${literal(scope.resource.name)} AS resource, (${best}) AS best)`;
}

/** So many letters of a row's text are in the index that knows what the texts begin with. */
const firstLetters = 40;

const likes = (text: string, pattern: string) => (statement: Statement, word: string) =>
  `${text} LIKE ${wordPattern(statement, pattern, word)}`;
const first = `left(t.search_text, ${firstLetters}) COLLATE "C"`;
const firstWhole = likes(first, ' w %');
const firstBegun = likes(first, ' w%');
const whole = likes('t.search_text', '% w %');
const begun = likes('t.search_text', '% w%');

/** A SELECT of all rows of a table that keeps its text in which all the words stand. */
export function rowsSql(statement: Statement, { ownOnly, paths }: Scope, matches: readonly Match[]): string {
  const where = [...visibleSql(statement, ownOnly), ...matchSql(statement, paths, matches)];
  return `SELECT t.id ${statement.from()}${whereSql(where)}`;
}

/** A SELECT of the page wanted among these rows of a table that keeps its text. */
function bestOf(scope: Scope, matches: readonly Match[], slots: Slot[], page: Page, ids: string): string {
  const statement = new Statement(scope.resource, slots);
  const words = matches.map(({ word }) => word);
  const rank = rankSql(statement, 't.search_text', words);
  return `SELECT t.id, ${rank} AS rank ${statement.from()} WHERE t.id = ANY(ARRAY(${ids})) ${paged(statement, page)}`;
}

const lot = (scope: Scope, count: string, best: string): string =>
  `SELECT ${literal(scope.resource.name)} AS resource, ${count} AS count, ${best} AS best`;

const listed = (rows: string): string => `SELECT coalesce(json_agg(one), '[]') FROM (${rows}) AS one`;

function paged(statement: Statement, { limit, offset }: Page): string {
  const from = offset > 0 ? ` OFFSET ${statement.bind({ value: offset }, 'int')}` : '';
  return `ORDER BY rank DESC, id LIMIT ${statement.bind({ value: limit }, 'int')}${from}`;
}
