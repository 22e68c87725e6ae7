import type { Statement } from './statement.ts';

/** The words of what somebody typed: at most 20, each found on its own. */
export const wordsOf = (typed: string): string[] => typed.split(/\s+/).filter(Boolean).slice(0, 20);

/** SQL of a LIKE pattern with a word where it says `w`. */
export const wordPattern = (statement: Statement, pattern: string, word: string): string =>
  `lower(${statement.bind({ value: pattern.replace('w', () => likeText(word)) }, 'text')})`;

/** SQL of the LIKE pattern for texts in which a word stands. */
export const partOf = (statement: Statement, word: string): string => wordPattern(statement, '%w%', word);

/**
 * SQL that holds for a kept text in which a word stands. An index on the text knows three letters at a time: of less it
 * would give back every row, so PostgreSQL is kept from asking it, by another collation than the index has.
 */
export const keptHolds = (statement: Statement, kept: string, word: string): string =>
  `${kept}${word.length < 3 ? ' COLLATE "C"' : ''} LIKE ${partOf(statement, word)}`;

/** Takes the meaning from `%`, `_` and `\` in a LIKE pattern. */
export const likeText = (text: string): string => text.replace(/[\\%_]/g, '\\$&');
