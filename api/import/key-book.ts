import type { Knex } from 'knex';

/**
 * Which row each imported record becomes. A record that was imported before keeps its row; one that is here already by
 * its nature (a part of that name, IPN and revision) takes that row; else it keeps its key where that is free, and gets
 * a new one where it is not.
 */
export class KeyBook {
  readonly #trx: Knex.Transaction;
  readonly #source: string;
  readonly #model: string;
  readonly #table: string;
  /** Key in the file to id here. */
  readonly #ids = new Map<number, number>();
  readonly #remembered = new Set<number>();
  readonly #taken = new Set<number>();
  readonly #claimed = new Set<number>();
  #highest = 0;

  private constructor(trx: Knex.Transaction, source: string, model: string, table: string) {
    this.#trx = trx;
    this.#source = source;
    this.#model = model;
    this.#table = table;
  }

  /** Opens the book of one model. Nobody else may write to the table until the transaction ends. */
  static async open(trx: Knex.Transaction, source: string, model: string, table: string): Promise<KeyBook> {
    const book = new KeyBook(trx, source, model, table);
    const known: { key: number; id: number }[] = await trx('import_keys').where({ source, model }).select('key', 'id');
    for (const { key, id } of known) {
      book.#ids.set(key, id);
      book.#remembered.add(key);
      book.#claimed.add(id);
      book.#highest = Math.max(book.#highest, id);
    }
    const rows: { id: number }[] = await trx(table).select('id');
    for (const { id } of rows) {
      book.#taken.add(id);
      book.#highest = Math.max(book.#highest, id);
    }
    return book;
  }

  /** The id of a record of the file, or of an earlier one. */
  idOf(key: number): number | undefined {
    return this.#ids.get(key);
  }

  /**
   * Settles the id of a record. `alike` is the row that is the same thing by nature, when there is one.
   * @returns the id and whether its row is here already; null when another record of the file has claimed that row
   */
  settle(key: number, alike?: number): { id: number; here: boolean } | null {
    const known = this.#ids.get(key);
    if (known !== undefined) return { id: known, here: this.#taken.has(known) };
    if (alike !== undefined && this.#claimed.has(alike)) return null;
    const free = !this.#taken.has(key) && !this.#claimed.has(key);
    const id = alike ?? (free ? key : this.#highest + 1);
    this.#ids.set(key, id);
    this.#claimed.add(id);
    this.#highest = Math.max(this.#highest, id);
    return { id, here: this.#taken.has(id) };
  }

  /** Keeps what was settled for the next time, and moves the table's sequence behind the highest id. */
  async close(): Promise<void> {
    const fresh = [...this.#ids].filter(([key]) => !this.#remembered.has(key));
    if (fresh.length > 0) {
      await this.#trx.raw(
        'INSERT INTO import_keys (source, model, key, id) SELECT ?, ?, key, id FROM unnest(?::int[], ?::int[]) AS new (key, id)',
        [this.#source, this.#model, fresh.map(([key]) => key), fresh.map(([, id]) => id)],
      );
    }
    await this.#trx.raw(
      `SELECT setval(s.name, s.highest) FROM (
         SELECT pg_get_serial_sequence(:table, 'id') AS name, (SELECT max(id) FROM ${this.#table}) AS highest) AS s
       WHERE s.highest > coalesce(pg_sequence_last_value(s.name::regclass), 0)`,
      { table: this.#table },
    );
  }
}
