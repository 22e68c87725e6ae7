import { endsSql, type Match } from './ends.ts';
import { dividePaths, placeOf, testAt } from './searched.ts';
import type { Statement } from './statement.ts';
import { partOf, wordPattern } from './words.ts';

export { findEnds, type Match } from './ends.ts';

/** SQL that holds for rows in which every word stands. */
export function matchSql(statement: Statement, paths: readonly string[], matches: readonly Match[]): string[] {
  const { resource, slots } = statement;
  const { own, behind } = dividePaths(paths);
  return matches.map(({ word, ends }) => {
    // PostgreSQL takes no parameter that stands nowhere.
    if (paths.length === 0) return 'false';
    if (!resource.searchText) {
      const pattern = partOf(statement, word);
      return testAt(placeOf(statement, '', paths), (text) => `${text} LIKE ${pattern}`);
    }
    const stands = own.length > 0 ? [`t.search_text LIKE ${partOf(statement, word)}`] : [];
    for (const one of behind) {
      const ids = ends.get(one.reference);
      const key = statement.path(one.reference);
      if (ids === null) stands.push(`${key} IN (${endsSql(resource, one, word, slots)})`);
      else if (ids?.length) stands.push(`${key} = ANY(${statement.bind({ value: ids }, 'int[]')})`);
    }
    return `(${stands.join(' OR ') || 'false'})`;
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
