import { AsyncLocalStorage } from 'node:async_hooks';
import type { Knex } from 'knex';

interface Unit {
  readonly trx: Knex;
  /** Settles when the statement before is done; never rejects. */
  turn: Promise<unknown>;
}

const running = new AsyncLocalStorage<Unit>();

/** The transaction that this request runs in, or the pool when it runs in none. */
export function currentDb(knex: Knex): Knex {
  return running.getStore()?.trx ?? knex;
}

/** Whether this request runs in a transaction, so that row locks hold until its end. */
export const inUnitOfWork = (): boolean => running.getStore() !== undefined;

/**
 * Does something with the database when those before it are done: the library starts several at once, and the one
 * connection of a transaction does one after the other.
 */
export function inTurn<T>(knex: Knex, work: (db: Knex) => Promise<T>): Promise<T> {
  const unit = running.getStore();
  if (!unit) return work(knex);
  const mine = unit.turn.then(() => work(unit.trx));
  unit.turn = mine.catch(() => {});
  return mine;
}

class Undo extends Error {}

/**
 * Runs `work` in one transaction: all that it stores and deletes happens, or none of it. It is undone when `work`
 * throws or answers false.
 */
export async function unitOfWork(knex: Knex, work: () => Promise<boolean>): Promise<void> {
  try {
    await knex.transaction(async (trx) => {
      if (!(await running.run({ trx, turn: Promise.resolve() }, work))) throw new Undo();
    });
  } catch (error) {
    if (!(error instanceof Undo)) throw error;
  }
}
