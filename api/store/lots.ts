import { bestOf, listed, type Page, paged, type Ranked, rowsSql } from './best.ts';
import type { Match } from './ends.ts';
import { literal } from './look.ts';
import { type Held, named, rankedUpTo } from './looks.ts';
import { behindSql, type Rest, rankSql } from './match.ts';
import { dividePaths, type Scope, searchTextOf } from './searched.ts';
import { type Slot, Statement } from './statement.ts';
import { visibleSql, whereSql } from './visible.ts';
import { countedUpTo, partOf } from './words.ts';

/** Looking for several words rank by rank takes several looks: as many rows are ranked one by one in that time. */
const rankedOfSeveral = 5_000;

/** What was found of one resource; `best` is null where they are too many to be ranked one by one. */
export interface Lot {
  readonly resource: string;
  readonly count: number;
  readonly best: readonly Ranked[] | null;
}

/**
 * A SELECT that gives a {@link Lot}: the rows of a resource in which all the words stand.
 * @param rest `some`: there may be more than are counted
 */
export const lotSql = (
  scope: Scope,
  matches: readonly Match[],
  slots: Slot[],
  page: Page,
  rest: Rest = 'all',
): string => (scope.resource.searchText ? keptLot : readLot)(scope, matches, slots, page, rest);

/** Whether counting the rows that refer to those looked up may be enough: as many as are counted at all were looked up. */
export const someMayDo = ([match, ...others]: readonly Match[]): boolean =>
  match !== undefined &&
  others.length === 0 &&
  countedUpTo([match.word]) <= named &&
  [...match.ends.values()].some(({ all }) => !all);

/** Of a table that keeps its text: found by its index. */
function keptLot(scope: Scope, matches: readonly Match[], slots: Slot[], page: Page, rest: Rest): string {
  const held = heldOf(scope, matches);
  if (held && held.count > rankedUpTo)
    return `(SELECT ${lot(scope, moreSql(scope, matches, held, slots, rest), 'NULL::json')})`;
  const bound = countedUpTo(matches.map(({ word }) => word)) + 1;
  const rows = `${rowsSql(new Statement(scope.resource, slots), scope, matches, rest)} LIMIT ${bound}`;
  const few = `(SELECT n FROM size) <= ${matches.length > 1 ? rankedOfSeveral : rankedUpTo}`;
  const best = bestOf(scope, matches, slots, page, `SELECT id FROM found WHERE ${few}`);
  return `(WITH found AS MATERIALIZED (${rows}), size AS MATERIALIZED (SELECT count(*)::int AS n FROM found)
    SELECT ${lot(scope, '(SELECT n FROM size)', `CASE WHEN ${few} THEN (${listed(best)}) END`)})`;
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
  return `(WITH found AS MATERIALIZED (${found}) SELECT ${lot(scope, '(SELECT count(*)::int FROM found)', `(${best})`)})`;
}

/** How many rows are found: those that hold the word, and those that refer to one that does. */
function moreSql({ resource, paths }: Scope, [match]: readonly Match[], held: Held, slots: Slot[], rest: Rest) {
  if (!match) return '0';
  const statement = new Statement(resource, slots);
  const refer = behindSql(statement, dividePaths(paths).behind, match, rest).join(' OR ') || 'false';
  const others = `(${refer}) AND NOT t.search_text LIKE ${partOf(statement, match.word)}`;
  const rows = `SELECT 1 ${statement.from()} WHERE ${others} LIMIT ${countedUpTo([match.word]) + 1 - held.count}`;
  return `${held.count} + (SELECT count(*)::int FROM (${rows}) AS others)`;
}

/** The rows that hold the only word, where they were seen on the way and the caller sees all of them; else null. */
function heldOf({ resource, ownOnly, paths }: Scope, matches: readonly Match[]): Held | null {
  const own = (searched: readonly string[]) => searched.filter((path) => !path.includes('.')).length;
  const whole = own(paths) === own(resource.search) && visibleSql(new Statement(resource), ownOnly).length === 0;
  return whole && matches.length === 1 ? (matches[0]?.held ?? null) : null;
}

/** What is known of a resource without asking for it, because its rows were seen on the way; null when it is not. */
export function seenLot(scope: Scope, matches: readonly Match[]): Lot | null {
  const held = heldOf(scope, matches);
  if (!held) return null;
  const lot = { resource: scope.resource.name, count: held.count, best: null };
  if (held.count > countedUpTo(matches.map(({ word }) => word))) return lot;
  const alone = matches.every(({ ends }) => [...ends.values()].every(({ ids, all }) => all && ids.length === 0));
  return alone && (held.count === 0 || held.count > rankedUpTo) ? lot : null;
}

const lot = (scope: Scope, count: string, best: string): string =>
  `${literal(scope.resource.name)} AS resource, ${count} AS count, ${best} AS best`;
