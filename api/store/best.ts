import type { Match } from './ends.ts';
import { literal } from './look.ts';
import { rankedUpTo } from './looks.ts';
import { matchSql, type Rest, rankSql } from './match.ts';
import type { Scope } from './searched.ts';
import { type Slot, Statement } from './statement.ts';
import { visibleSql, whereSql } from './visible.ts';
import { wordPattern } from './words.ts';

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
      ...(isKind ? [isKind(statement)] : matchSql(statement, scope.paths, matches, 'each')),
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
export function rowsSql(
  statement: Statement,
  { ownOnly, paths }: Scope,
  matches: readonly Match[],
  rest: Rest = 'all',
): string {
  const where = [...visibleSql(statement, ownOnly), ...matchSql(statement, paths, matches, rest)];
  return `SELECT t.id ${statement.from()}${whereSql(where)}`;
}

/** A SELECT of the page wanted among these rows of a table that keeps its text. */
export function bestOf(scope: Scope, matches: readonly Match[], slots: Slot[], page: Page, ids: string): string {
  const statement = new Statement(scope.resource, slots);
  const words = matches.map(({ word }) => word);
  const rank = rankSql(statement, 't.search_text', words);
  return `SELECT t.id, ${rank} AS rank ${statement.from()} WHERE t.id = ANY(ARRAY(${ids})) ${paged(statement, page)}`;
}

/** A SELECT of rows as one JSON list. */
export const listed = (rows: string): string => `SELECT coalesce(json_agg(one), '[]') FROM (${rows}) AS one`;

/** SQL of the order of ranks, and of the part of it that is wanted. */
export function paged(statement: Statement, { limit, offset }: Page): string {
  const from = offset > 0 ? ` OFFSET ${statement.bind({ value: offset }, 'int')}` : '';
  return `ORDER BY rank DESC, id LIMIT ${statement.bind({ value: limit }, 'int')}${from}`;
}
