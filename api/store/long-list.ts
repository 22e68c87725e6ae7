import type pg from 'pg';
import Cursor from 'pg-cursor';
import { Unavailable } from './refusals.ts';

/** JSON texts of rows, a batch at a time. Whoever gets one reads it to its end or closes it. */
export interface Batches extends AsyncIterable<string[]> {
  /** Gives the connection back, whether all was read or nothing. May be called again. */
  close(): void;
  /** Says that the connection was taken back from a reader who kept it waiting. */
  readonly lost: AbortSignal;
}

interface Bounds {
  /** Rows that are fetched at first; a list of fewer is answered in one piece. */
  readonly batch: number;
  /** Rows that are fetched at a time from then on. Few: others want their turn, and larger texts stay in memory for long. */
  readonly further: number;
  /** How long a reader may keep a batch without asking for the next; milliseconds. */
  readonly stall: number;
  /** How long a long list waits for its turn; milliseconds. */
  readonly patience: number;
}
type Row = { body: string };

const standard: Bounds = { batch: 1000, further: 200, stall: 30_000, patience: 10_000 };

/**
 * Reads whole lists by cursors, so that memory holds one batch whatever the table's size. What is longer than a batch
 * keeps its connection for as long as its client reads, so only half of the pool goes to such lists: slow readers wait
 * for each other, and nobody else waits for them. The connection's statement timeout bounds each list as a whole.
 */
export class LongLists {
  readonly #pool: pg.Pool;
  readonly #bounds: Bounds;
  readonly #places: Places;

  constructor(pool: pg.Pool, bounds: Partial<Bounds> = {}) {
    this.#pool = pool;
    this.#bounds = { ...standard, ...bounds };
    this.#places = new Places(Math.max(1, Math.floor(pool.options.max / 2)));
  }

  /**
   * Runs a statement that gives a column `body`: answers all rows when one batch holds them.
   * @throws Unavailable when too many long lists are on their way
   */
  async read(text: string, values: unknown[]): Promise<string[] | Batches> {
    const answer = await this.#begin(text, values, () => this.#places.take());
    if (answer) return answer;
    if (!(await this.#places.wait(this.#bounds.patience))) {
      throw new Unavailable('Too many long lists are being read. Try again, or ask for pages with limit.', 5);
    }
    // The place is taken; it goes back when the list turns out shorter now.
    let used = false;
    const useIt = () => {
      used = true;
      return true;
    };
    try {
      return (await this.#begin(text, values, useIt)) ?? [];
    } finally {
      if (!used) this.#places.leave();
    }
  }

  /** Null when a batch does not hold all and there is no place for more. */
  async #begin(text: string, values: unknown[], takePlace: () => boolean): Promise<string[] | Batches | null> {
    const reading = new Reading(await this.#pool.connect(), text, values);
    try {
      const first = await reading.read(this.#bounds.batch);
      if (first.length === this.#bounds.batch && takePlace()) {
        return new LongList(reading, first, this.#bounds, () => this.#places.leave());
      }
      await reading.finish();
      return first.length < this.#bounds.batch ? bodiesOf(first) : null;
    } catch (error) {
      reading.drop();
      throw error;
    }
  }
}

/** A cursor on its connection. */
class Reading {
  readonly #client: pg.PoolClient;
  readonly #cursor: Cursor<Row>;
  #held = true;
  /** Why nothing more comes: the connection broke or does not answer. A cursor that is being closed would never hear of it. */
  #broken: Error | null = null;
  /** Refuses what is being waited for. */
  #refuse: (error: Error) => void = () => {};
  readonly #onEnd = () => this.#break(new Error('Connection terminated while a list was read'));

  constructor(client: pg.PoolClient, text: string, values: unknown[]) {
    this.#client = client;
    client.once('end', this.#onEnd);
    // The driver watches the time of a query until its callback is called; a cursor's it calls when time is up.
    const watched = { callback: (error?: Error) => error && this.#break(error) };
    this.#cursor = Object.assign(new Cursor<Row>(text, values), watched);
    client.query(this.#cursor);
  }

  read(rows: number): Promise<Row[]> {
    return this.#unlessBroken(this.#cursor.read(rows));
  }

  /** Gives the connection back for others to use. */
  async finish(): Promise<void> {
    await this.#unlessBroken(this.#cursor.close());
    this.#leave(false);
  }

  /** Gives the connection up, whatever it is doing. */
  drop(): void {
    this.#leave(true);
  }

  #break(error: Error): void {
    this.#broken ??= error;
    this.#refuse(error);
  }

  /** No race with one promise for all: that would remember each outcome, and so every row, until the list ends. */
  #unlessBroken<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#refuse = reject;
      work.then(resolve, reject);
      if (this.#broken) reject(this.#broken);
    });
  }

  #leave(drop: boolean): void {
    if (!this.#held) return;
    this.#held = false;
    (this.#cursor as unknown as { callback(): void }).callback();
    this.#client.off('end', this.#onEnd);
    this.#client.release(drop);
  }
}

const bodiesOf = (rows: readonly Row[]): string[] => rows.map((row) => row.body);

/** One list on its way. An object and no generator: one that nobody begins to read has to be closed as well. */
class LongList implements Batches, AsyncIterator<string[]> {
  readonly #reading: Reading;
  readonly #bounds: Bounds;
  readonly #leavePlace: () => void;
  readonly #lost = new AbortController();
  #first: Row[] | null;
  #stall: NodeJS.Timeout;
  #open = true;

  constructor(reading: Reading, first: Row[], bounds: Bounds, leavePlace: () => void) {
    this.#reading = reading;
    this.#first = first;
    this.#bounds = bounds;
    this.#leavePlace = leavePlace;
    this.#stall = this.#watch();
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  [Symbol.asyncIterator](): AsyncIterator<string[]> {
    return this;
  }

  async next(): Promise<IteratorResult<string[], undefined>> {
    clearTimeout(this.#stall);
    if (!this.#open) return { done: true, value: undefined };
    try {
      const first = this.#first;
      this.#first = null;
      const rows = first ?? (await this.#reading.read(this.#bounds.further));
      // The first is a full one, else the list would not be long.
      if (!first && rows.length < this.#bounds.further) await this.#finish();
      else this.#stall = this.#watch();
      return rows.length > 0 ? { done: false, value: bodiesOf(rows) } : { done: true, value: undefined };
    } catch (error) {
      this.close();
      throw error;
    }
  }

  async return(): Promise<IteratorResult<string[], undefined>> {
    this.close();
    return { done: true, value: undefined };
  }

  close(): void {
    clearTimeout(this.#stall);
    if (!this.#open) return;
    this.#open = false;
    this.#reading.drop();
    this.#leavePlace();
  }

  /** All is read: the connection is free before the last rows are on their way. */
  async #finish(): Promise<void> {
    await this.#reading.finish();
    if (!this.#open) return;
    this.#open = false;
    this.#leavePlace();
  }

  #watch(): NodeJS.Timeout {
    return setTimeout(() => {
      this.close();
      this.#lost.abort();
    }, this.#bounds.stall).unref();
  }
}

/** So many may be taken at a time; who finds none may wait in line. */
class Places {
  #free: number;
  readonly #line = new Set<() => void>();

  constructor(count: number) {
    this.#free = count;
  }

  take(): boolean {
    if (this.#free === 0) return false;
    this.#free--;
    return true;
  }

  leave(): void {
    const [next] = this.#line;
    if (next) next();
    else this.#free++;
  }

  /** Waits for a place; false when none came free in so many milliseconds. */
  wait(milliseconds: number): Promise<boolean> {
    if (this.take()) return Promise.resolve(true);
    return new Promise((resolve) => {
      const answer = (got: boolean) => {
        clearTimeout(timer);
        this.#line.delete(mine);
        resolve(got);
      };
      const mine = () => answer(true);
      const timer = setTimeout(answer, milliseconds, false);
      this.#line.add(mine);
    });
  }
}
