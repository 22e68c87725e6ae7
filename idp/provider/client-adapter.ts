import type { Knex } from 'knex';
import type { Adapter, AdapterPayload } from 'oidc-provider';
import { findClient } from './clients.ts';
import { inTurn } from './unit-of-work.ts';

/** Shows the provider the registered applications. They are changed on pages of ours; the provider only reads them. */
export class ClientAdapter implements Adapter {
  readonly #knex: Knex;

  constructor(knex: Knex) {
    this.#knex = knex;
  }

  find(clientId: string): Promise<AdapterPayload | undefined> {
    return inTurn(this.#knex, (db) => findClient(db, clientId));
  }

  upsert = refuse;
  consume = refuse;
  destroy = refuse;
  findByUid = refuse;
  findByUserCode = refuse;
  revokeByGrantId = refuse;
}

async function refuse(): Promise<never> {
  throw new Error('Applications are not changed through the provider');
}
