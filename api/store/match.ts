import type pg from 'pg';
import type { Resource } from '../resources/declaration.ts';
import { resourceNamed } from '../resources/index.ts';
import { type Behind, byPrefix, dividePaths, placeOf, type Scope, searchTextOf, testAt } from './searched.ts';
import { type Slot, Statement, valuesOf } from './statement.ts';

/** Ids of the rows behind a reference in which a word stands; null when they are too many to be named. */
type Ends = readonly number[] | null;

/** A word as a resource's rows are asked for it: with what was found behind each reference. */
export interface Match {
  readonly word: string;
  readonly ends: ReadonlyMap<string, Ends>;
}

/** Ids that are named at most; where a word leads to more rows, walking through the table is as quick. */
const named = 5_000;

/** The words of what somebody typed: at most 20, each found on its own. */
export const wordsOf = (typed: string): string[] => typed.split(/\s+/).filter(Boolean).slice(0, 20);

/**
 * Looks up behind which references words stand, for several resources in one statement. With the ids at hand PostgreSQL
 * can join the index on the reference to that on the text: an OR across tables would read the whole table.
 */
export async function findEnds(
  db: pg.Pool,
  scopes: readonly Scope[],
  words: readonly string[],
): Promise<ReadonlyMap<Resource, readonly Match[]>> {
  const slots: Slot[] = [];
  const columns: string[] = [];
  const asked = scopes.map(({ resource, paths }) => {
    const behind = resource.searchText ? dividePaths(paths).behind : [];
    return {
      resource,
      words: words.map((word) => ({
        word,
        columns: behind.map((one) => {
          const sql = endsSql(resource, one, word, slots);
          return [one.reference, columns.push(`ARRAY(SELECT id FROM (${sql}) AS e LIMIT ${named + 1})`) - 1] as const;
        }),
      })),
    };
  });
  const found =
    columns.length > 0
      ? await db.query<number[][]>({
          text: `SELECT ${columns.join(', ')}`,
          values: valuesOf(slots, null),
          rowMode: 'array',
        })
      : null;
  const ends = (column: number): Ends => {
    const ids = found?.rows[0]?.[column] ?? [];
    return ids.length > named ? null : ids;
  };
  return new Map(
    asked.map((one) => [
      one.resource,
      one.words.map((each) => ({
        word: each.word,
        ends: new Map(each.columns.map(([reference, column]) => [reference, ends(column)])),
      })),
    ]),
  );
}

/** Ids of the rows behind a reference in which the word stands. */
function endsSql(resource: Resource, { reference, paths }: Behind, word: string, slots: Slot[]): string {
  const target = resourceNamed(resource.fields[reference]?.target ?? '');
  return [...byPrefix(paths)]
    .map(([prefix, names]) => {
      const statement = new Statement(target, slots);
      const pattern = partOf(statement, word);
      const stands = testAt(placeOf(statement, prefix, names), (text) => `${text} LIKE ${pattern}`);
      return `SELECT t.id ${statement.from()} WHERE ${stands}`;
    })
    .join(' UNION ALL ');
}

/** SQL that holds for rows in which every word stands. */
export function matchSql(statement: Statement, paths: readonly string[], matches: readonly Match[]): string[] {
  const { resource, slots } = statement;
  const { own, behind } = dividePaths(paths);
  return matches.map(({ word, ends }) => {
    const pattern = partOf(statement, word);
    if (!resource.searchText) {
      return testAt(placeOf(statement, '', paths), (text) => `${text} LIKE ${pattern}`);
    }
    const stands = own.length > 0 ? [`t.search_text LIKE ${pattern}`] : [];
    for (const one of behind) {
      const ids = ends.get(one.reference);
      const key = statement.path(one.reference);
      if (ids === null) stands.push(`${key} IN (${endsSql(resource, one, word, slots)})`);
      else if (ids?.length) stands.push(`${key} = ANY(${statement.bind({ value: ids }, 'int[]')})`);
    }
    return `(${stands.join(' OR ') || 'false'})`;
  });
}

/** How well a row matches, from 0 to 1: whole words count more than beginnings, and the first field more than the rest. */
export function rankSql(statement: Statement, paths: readonly string[], words: readonly string[]): string {
  const text = statement.resource.searchText ? 't.search_text' : searchTextOf(statement, paths);
  const each = words.map((word) => {
    const like = (pattern: string) => `${text} LIKE ${lowered(statement, pattern)}`;
    const plain = likeText(word);
    return `CASE WHEN ${like(` ${plain} %`)} THEN 1 WHEN ${like(` ${plain}%`)} THEN 0.9 WHEN ${like(`% ${plain} %`)} THEN 0.8
      WHEN ${like(`% ${plain}%`)} THEN 0.6 ELSE 0.4 END`;
  });
  return `(${each.join(' + ')}) / ${words.length}`;
}

const lowered = (statement: Statement, pattern: string): string =>
  `lower(${statement.bind({ value: pattern }, 'text')})`;
const partOf = (statement: Statement, word: string): string => lowered(statement, `%${likeText(word)}%`);

/** Takes the meaning from `%`, `_` and `\` in a LIKE pattern. */
export const likeText = (text: string): string => text.replace(/[\\%_]/g, '\\$&');
