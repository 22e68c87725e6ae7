import { AsyncLocalStorage } from 'node:async_hooks';
import type { Knex } from 'knex';

const running = new AsyncLocalStorage<Knex>();

/** The transaction that this request runs in, or the pool when it runs in none. */
export function currentDb(knex: Knex): Knex {
  return running.getStore() ?? knex;
}

/** Whether this request runs in a transaction, so that row locks hold until its end. */
export const inUnitOfWork = (): boolean => running.getStore() !== undefined;

class Undo extends Error {}

/**
 * Runs `work` in one transaction: all that it stores and deletes happens, or none of it. It is undone when `work`
 * throws or answers false.
 */
export async function unitOfWork(knex: Knex, work: () => Promise<boolean>): Promise<void> {
  try {
    await knex.transaction(async (trx) => {
      if (!(await running.run(trx, work))) throw new Undo();
    });
  } catch (error) {
    if (!(error instanceof Undo)) throw error;
  }
}
