import { AsyncLocalStorage } from 'node:async_hooks';
import type { Knex } from 'knex';
import { Issue, type Keeper } from './issue.ts';

/** What one request does with the database: all of it happens, or none of it. */
class Unit {
  readonly issue: Issue | null;
  readonly #knex: Knex;
  #begun: Promise<Knex.Transaction> | null = null;
  /** Settles when the statement before is done; never rejects. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(knex: Knex, issue: Issue | null) {
    this.#knex = knex;
    this.issue = issue;
  }

  get hasBegun(): boolean {
    return this.#begun !== null;
  }

  /** Begins the transaction where it is not. */
  inTurn<T>(work: (db: Knex) => Promise<T>): Promise<T> {
    const mine = this.#turn.then(async () => {
      this.#begun ??= this.#knex.transaction();
      return work(await this.#begun);
    });
    this.#turn = mine.catch(() => {});
    return mine;
  }

  async end(isKept: boolean): Promise<void> {
    await this.#turn;
    const trx = await this.#begun;
    await (isKept ? trx?.commit() : trx?.rollback());
  }
}

const running = new AsyncLocalStorage<Unit>();

/** What this request issues; null when it runs in no unit that keeps that. */
export const currentIssue = (): Issue | null => running.getStore()?.issue ?? null;

/**
 * Does something with the database, in the transaction of this request where it has one, when those before it are done:
 * the library starts several at once, and the one connection of a transaction does one after the other.
 */
export function inTurn<T>(knex: Knex, work: (db: Knex) => Promise<T>): Promise<T> {
  return running.getStore()?.inTurn(work) ?? work(knex);
}

/**
 * Reads in the transaction of this request where it has begun one, so that it sees what it changed; else by `apart`,
 * which may go together with what others read.
 */
export function reading<T>(apart: () => Promise<T>, within: (db: Knex) => Promise<T>): Promise<T> {
  const unit = running.getStore();
  return unit?.hasBegun ? unit.inTurn(within) : apart();
}

/**
 * Runs `work` as one unit: all that it stores and deletes happens, or none of it. It is undone when `work` throws or
 * answers false.
 */
export async function unitOfWork(knex: Knex, work: () => Promise<boolean>): Promise<void> {
  await runUnit(new Unit(knex, null), work);
}

/**
 * The same for a request that issues tokens: what it keeps is gathered until `work` is done, and kept by one statement.
 * @throws what {@link Issue.keep} refuses
 */
export async function issuing(knex: Knex, keeper: Keeper, work: (issue: Issue) => Promise<boolean>): Promise<void> {
  const issue = new Issue();
  const unit = new Unit(knex, issue);
  await runUnit(unit, async () => {
    if (!(await work(issue))) return false;
    if (unit.hasBegun) await unit.inTurn((trx) => issue.keepIn(trx));
    else await issue.keep(keeper);
    return true;
  });
}

async function runUnit(unit: Unit, work: () => Promise<boolean>): Promise<void> {
  let isKept = false;
  try {
    isKept = await running.run(unit, work);
  } finally {
    await unit.end(isKept);
  }
}
