import { endSql, endsSql, type Match } from './ends.ts';
import { type Behind, dividePaths, placeOf, testAt } from './searched.ts';
import type { Statement } from './statement.ts';
import { keptHolds, partOf, wordPattern } from './words.ts';

export { findEnds, type Match } from './ends.ts';

/**
 * How rows are found that refer to one in which a word stands, where these are too many to be looked up: all of them first
 * (`all`), each when its turn comes (`each`: where few rows are wanted, or most hold it), or those looked up alone (`some`).
 */
export type Rest = 'all' | 'each' | 'some';

/** SQL that holds for rows in which every word stands. */
export function matchSql(
  statement: Statement,
  paths: readonly string[],
  matches: readonly Match[],
  rest: Rest = 'all',
): string[] {
  const { resource } = statement;
  const { own, behind } = dividePaths(paths);
  return matches.map((match) => {
    // PostgreSQL takes no parameter that stands nowhere.
    if (paths.length === 0) return 'false';
    if (!resource.searchText) {
      const pattern = partOf(statement, match.word);
      return testAt(placeOf(statement, '', paths), (text) => `${text} LIKE ${pattern}`);
    }
    const stands = [
      ...(own.length > 0 ? [heldSql(statement, match)] : []),
      ...behindSql(statement, behind, match, rest),
    ];
    return `(${stands.join(' OR ') || 'false'})`;
  });
}

/** SQL that holds for rows of a table that keeps its text in which a word stands itself. */
function heldSql(statement: Statement, { word, held }: Match): string {
  if (held?.ids) return `t.id = ANY(${statement.bind({ value: held.ids }, 'int[]')})`;
  return keptHolds(statement, 't.search_text', word);
}

/** SQL, each of its own, that holds for rows that refer to one in which a word stands. */
export function behindSql(
  statement: Statement,
  behind: readonly Behind[],
  { word, ends }: Match,
  rest: Rest,
): string[] {
  const { resource, slots } = statement;
  return behind.flatMap((one) => {
    const { ids, all } = ends.get(one.reference) ?? { ids: [], all: true };
    const key = statement.path(one.reference);
    if (!all && rest === 'all') return [`${key} IN (${endsSql(resource, one, word, slots)})`];
    if (!all && rest === 'each') return [endSql(statement, one, word)];
    return ids.length > 0 ? [`${key} = ANY(${statement.bind({ value: ids }, 'int[]')})`] : [];
  });
}

/** How well a text matches, from 0 to 1: whole words count more than beginnings, and the first field more than the rest. */
export function rankSql(statement: Statement, text: string, words: readonly string[]): string {
  const each = words.map((word) => {
    const like = (pattern: string) => `${text} LIKE ${wordPattern(statement, pattern, word)}`;
    return `CASE WHEN ${like(' w %')} THEN 1 WHEN ${like(' w%')} THEN 0.9 WHEN ${like('% w %')} THEN 0.8
      WHEN ${like('% w%')} THEN 0.6 ELSE 0.4 END`;
  });
  return `(${each.join(' + ')}) / ${words.length}`;
}
