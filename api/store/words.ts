import type { Statement } from './statement.ts';

/** The words of what somebody typed: at most 20, each found on its own. */
export const wordsOf = (typed: string): string[] => typed.split(/\s+/).filter(Boolean).slice(0, 20);

/** SQL of a LIKE pattern with a word where it says `w`. */
export const wordPattern = (statement: Statement, pattern: string, word: string): string =>
  `lower(${statement.bind({ value: pattern.replace('w', () => likeText(word)) }, 'text')})`;

/** SQL of the LIKE pattern for texts in which a word stands. */
export const partOf = (statement: Statement, word: string): string => wordPattern(statement, '%w%', word);

/** Whether the indexes on texts are of no use for a word: they know three letters at a time. */
const isShort = (word: string): boolean => word.length < 3;

/**
 * SQL that holds for a kept text in which a word stands. For a short word its index would give back every row, so
 * PostgreSQL is kept from asking it, by another collation than the index has.
 */
export const keptHolds = (statement: Statement, kept: string, word: string): string =>
  `${kept}${isShort(word) ? ' COLLATE "C"' : ''} LIKE ${partOf(statement, word)}`;

/**
 * So many rows in which words stand a search counts one by one; more are estimated. Short words and several are looked for
 * from row to row, so fewer of them.
 */
export const countedUpTo = (words: readonly string[]): number =>
  words.length > 1 || words.some(isShort) ? 5_000 : 20_000;

/** Takes the meaning from `%`, `_` and `\` in a LIKE pattern. */
export const likeText = (text: string): string => text.replace(/[\\%_]/g, '\\$&');
