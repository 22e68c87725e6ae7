import knexModule, { type Knex } from 'knex';
import type pg from 'pg';

/** Something that runs statements: `$1`, `$2` … in the text are the values. Those with a name stay prepared. */
export interface Runs {
  run<Row extends pg.QueryResultRow>(
    text: string,
    values: readonly unknown[],
    name?: string,
  ): Promise<pg.QueryResult<Row>>;
  /** Runs it in its turn, before the transaction ends; nothing waits for it. */
  later(text: string, values: readonly unknown[], name?: string): Promise<void>;
  /** Runs what nothing comes after: the transaction may end with it. */
  last<Row extends pg.QueryResultRow>(
    text: string,
    values: readonly unknown[],
    name?: string,
  ): Promise<pg.QueryResult<Row>>;
}

/** What of the driver's client is used beside its declared types. */
type Connection = pg.Client & {
  /** Statements are sent without waiting for the answers to those before. */
  pipeline: boolean;
  readonly connection: { readonly stream: { cork(): void; uncork(): void } };
};

interface Waiting {
  readonly statement: pg.QueryConfig;
  answer(result: Promise<pg.QueryResult>): void;
}

/**
 * One transaction, at as few round trips as there are answers to wait for: BEGIN goes with the first statement, what
 * nobody waits for with the next, and the last ones with COMMIT.
 */
export class Transaction implements Runs {
  readonly #connection: Connection;
  readonly #knex: Knex;
  #open: 'not yet' | 'open' | 'over' = 'not yet';
  #waiting: Waiting[] = [];
  #inner: Knex.Transaction | null = null;

  /** The same transaction for those who build their statements; it is made when they first use it. */
  readonly trx: Knex.Transaction;

  constructor(connection: Connection, knex: Knex) {
    this.#connection = connection;
    this.#knex = knex;
    const inner = () => {
      this.#inner ??= lend(this.#knex, (statement) => this.#send(statement));
      return this.#inner;
    };
    this.trx = new Proxy((() => undefined) as unknown as Knex.Transaction, {
      apply: (_, __, given) => Reflect.apply(inner(), undefined, given),
      get: (_, key) => Reflect.get(inner(), key),
      has: (_, key) => Reflect.has(inner(), key),
    });
  }

  run<Row extends pg.QueryResultRow>(
    text: string,
    values: readonly unknown[],
    name?: string,
  ): Promise<pg.QueryResult<Row>> {
    return this.#send(statementOf(text, values, name)) as Promise<pg.QueryResult<Row>>;
  }

  async later(text: string, values: readonly unknown[], name?: string): Promise<void> {
    this.inPassing(text, values, name);
  }

  /** Runs a statement with the next one, or with COMMIT. Do not wait for it before the transaction is over. */
  inPassing<Row extends pg.QueryResultRow>(
    text: string,
    values: readonly unknown[],
    name?: string,
  ): Promise<pg.QueryResult<Row>> {
    if (this.#open === 'over') return Promise.reject(over());
    const result = new Promise<pg.QueryResult>((resolve) => {
      this.#waiting.push({ statement: statementOf(text, values, name), answer: resolve });
    });
    // Whoever ends the transaction hears of it as well.
    result.catch(() => undefined);
    return result as Promise<pg.QueryResult<Row>>;
  }

  /** With COMMIT behind it; a statement that is all there is needs none, for it is a transaction by itself. */
  async last<Row extends pg.QueryResultRow>(
    text: string,
    values: readonly unknown[],
    name?: string,
  ): Promise<pg.QueryResult<Row>> {
    if (this.#open === 'not yet' && this.#waiting.length === 0) {
      this.#open = 'over';
      return this.#connection.query<Row>(statementOf(text, values, name));
    }
    const result = this.inPassing<Row>(text, values, name);
    await this.commit();
    return result;
  }

  async commit(): Promise<void> {
    if (this.#open === 'over' || (this.#open === 'not yet' && this.#waiting.length === 0)) return;
    const ended = this.#send({ text: 'COMMIT' });
    this.#open = 'over';
    if ((await ended).command !== 'COMMIT') throw new Error('The transaction was rolled back');
  }

  /**
   * Undoes all; a connection that is gone has done so. Also sent after a COMMIT or a last statement that failed, where
   * there is nothing left to undo: once it is answered, nothing more comes, and the connection may serve the next.
   */
  async rollback(): Promise<void> {
    this.#waiting = [];
    if (this.#open === 'not yet') return;
    this.#open = 'over';
    await this.#connection.query('ROLLBACK').catch(() => undefined);
  }

  /** Sends what waits and this in one go. The first that fails is what is thrown, for it makes the rest fail. */
  #send(statement: pg.QueryConfig): Promise<pg.QueryResult> {
    if (this.#open === 'over') return Promise.reject(over());
    const { stream } = this.#connection.connection;
    const before: Promise<pg.QueryResult>[] = [];
    stream.cork();
    try {
      if (this.#open === 'not yet') before.push(this.#connection.query('BEGIN'));
      this.#open = 'open';
      for (const { statement: waiting, answer } of this.#waiting) {
        const result = this.#connection.query(waiting);
        before.push(result);
        answer(result);
      }
      this.#waiting = [];
      const result = this.#connection.query(statement);
      return before.length === 0 ? result : Promise.all([...before, result]).then(() => result);
    } finally {
      stream.uncork();
    }
  }
}

const over = () => new Error('The transaction is over');

const statementOf = (text: string, values: readonly unknown[], name?: string): pg.QueryConfig => ({
  text,
  values: [...values],
  ...(name && { name }),
});

/** Does work in one transaction, on a connection that writes go to: all of it is done, or nothing. */
export async function transact<T>(knex: Knex, work: (transaction: Transaction) => Promise<T>): Promise<T> {
  const connection: Connection = await knex.client.acquireConnection();
  connection.pipeline = true;
  const transaction = new Transaction(connection, knex);
  try {
    const done = await work(transaction);
    await transaction.commit();
    return done;
  } catch (error) {
    await transaction.rollback();
    throw error;
  } finally {
    connection.pipeline = false;
    knex.client.releaseConnection(connection);
  }
}

/** A Knex whose statements are run by somebody else, within a transaction that they have begun. */
function lend(knex: Knex, send: (statement: pg.QueryConfig) => Promise<pg.QueryResult>): Knex.Transaction {
  const lent = {
    query(statement: pg.QueryConfig, callback: (error: Error | null, result?: pg.QueryResult) => void) {
      send(statement).then((result) => callback(null, result), callback);
    },
  };
  const Client: typeof Knex.Client = knex.client.constructor;
  class Lent extends Client {
    transacting = true;
    override acquireConnection() {
      return Promise.resolve(lent);
    }
    override releaseConnection() {
      return Promise.resolve();
    }
  }
  const { connection: _, pool: __, ...config } = knex.client.config;
  return knexModule({ ...config, client: Lent }) as unknown as Knex.Transaction;
}

/** Runs statements by a Knex, for what is asked for statements within a transaction of Knex's own. */
export const runsBy = (knex: Knex): Runs => ({
  run: (text, values, name) => knex.raw(text.replaceAll('?', '\\?')).options({ values, ...(name && { name }) }),
  async later(text, values, name) {
    await this.run(text, values, name);
  },
  last(text, values, name) {
    return this.run(text, values, name);
  },
});
