import { asJson, type Look } from './look.ts';
import { type Column, lookOf } from './projection.ts';
import type { Statement } from './statement.ts';

/**
 * Rows come out of PostgreSQL as one text: the bare texts of their columns with this between any two. A value that has
 * it in it makes more of them than there are columns; then PostgreSQL prints all, for JSON has no such character.
 */
const between = '\x1f';

/** What JSON escapes: beside the quotes that stand before texts. */
const escaped = new RegExp(String.raw`\\|[^ -\uffff${between}]|[^${between}]"`);

/** So many arguments does a function take. */
const mostArguments = 100;

/** Columns that are read in one statement. */
export class BareRows {
  readonly #columns: readonly Column[];
  readonly #looks: readonly Look[];
  /** What stands before each value: its key. */
  readonly #before: readonly string[];
  /** How many of the columns make the answer; the rest stand beside it. */
  readonly #shown: number;

  /**
   * @param beside columns that are read along with each row, and not shown
   * @param sure PostgreSQL prints every value
   */
  constructor(shown: readonly Column[], beside: readonly Column[], sure: boolean) {
    this.#columns = [...shown, ...beside];
    this.#looks = this.#columns.map((column) => (sure ? asJson(lookOf(column).json) : lookOf(column)));
    this.#before = shown.map(({ key }, n) => `${n === 0 ? '{' : ','}${JSON.stringify(key)}:`);
    this.#shown = shown.length;
  }

  /** The select list of the statement that finds the rows. */
  list(statement: Statement): string {
    return this.#columns.map((column, n) => `${this.#looks[n]?.bare(column.sql(statement))} AS c${n}`).join(', ');
  }

  /** SQL of one text of a row of that statement. */
  rowSql(row: string): string {
    const pieces = this.#columns.flatMap((_, n) => [...(n === 0 ? [] : [`E'\\x1f'`]), `${row}.c${n}`]);
    const parts: string[] = [];
    for (let n = 0; n < pieces.length; n += mostArguments) {
      parts.push(`concat(${pieces.slice(n, n + mostArguments).join(', ')})`);
    }
    return parts.join(' || ');
  }

  /** SQL of one text of all rows of that statement, and how many they are. */
  static allSql(row: string): string {
    return `string_agg(${row}, E'\\x1f') AS body, count(*)::int AS size`;
  }

  /**
   * The rows as JSON texts, and what stands beside the last one of them.
   * @param size how many rows the text has
   * @param most how many of them to print
   * @returns null when PostgreSQL has to print them
   */
  print(body: string, size: number, most = size): { texts: string; beside: (string | null)[] } | null {
    const width = this.#columns.length;
    const values = size === 0 ? [] : body.split(between);
    if (values.length !== size * width) return null;
    const rows = Math.min(size, most);
    const clean = !escaped.test(body);
    const looks = this.#looks;
    const before = this.#before;
    const shown = this.#shown;
    let texts = '';
    let at = 0;
    for (let row = 0; row < rows; row++) {
      if (row > 0) texts += ',';
      for (let n = 0; n < shown; n++) {
        const value = values[at + n] as string;
        const printed = value === '' ? 'null' : (looks[n] as Look).print(value, clean);
        if (printed === null) return null;
        texts += before[n] + printed;
      }
      texts += '}';
      at += width;
    }
    const beside = values.slice(at - width + shown, at).map((value, n) => {
      const printed = value === '' ? 'null' : (looks[shown + n] as Look).print(value, clean);
      return JSON.parse(printed ?? 'null') as string | null;
    });
    return { texts, beside };
  }
}
