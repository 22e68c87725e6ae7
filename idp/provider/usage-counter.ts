import type { Knex } from 'knex';
import type { Logger } from 'pino';
import { noteUse } from '../../shared/applications/usage.ts';

/** How long uses are gathered before they are written down; milliseconds. */
const gatheredFor = 1000;

/**
 * Counts the tokens that applications get. They are gathered for a moment: a row that every token waited for would make
 * those of one application queue.
 */
export class UsageCounter {
  readonly #knex: Knex;
  readonly #log: Logger;
  #gathered = new Map<string, number>();

  constructor(knex: Knex, log: Logger) {
    this.#knex = knex;
    this.#log = log;
  }

  count(clientId: string): void {
    if (this.#gathered.size === 0) setTimeout(() => this.#write(), gatheredFor).unref();
    this.#gathered.set(clientId, (this.#gathered.get(clientId) ?? 0) + 1);
  }

  async #write(): Promise<void> {
    const gathered = this.#gathered;
    this.#gathered = new Map();
    try {
      // In one order, so that processes that write at the same time can't wait for each other in a ring.
      for (const clientId of [...gathered.keys()].sort()) {
        await noteUse(this.#knex, clientId, gathered.get(clientId) ?? 0);
      }
    } catch (error) {
      this.#log.warn({ err: error }, 'the use of applications could not be noted');
    }
  }
}
