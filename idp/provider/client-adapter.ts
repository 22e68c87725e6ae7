import type { Knex } from 'knex';
import Provider, { type Adapter, type AdapterPayload } from 'oidc-provider';
import { findClient } from './clients.ts';
import { withTryItUri } from './try-it.ts';
import { inTurn } from './unit-of-work.ts';

/** Shows the provider the registered applications. They are changed on pages of ours; the provider only reads them. */
export class ClientAdapter implements Adapter {
  readonly #knex: Knex;

  readonly #publicUrl: string;

  constructor(knex: Knex, publicUrl: string) {
    this.#knex = knex;
    this.#publicUrl = publicUrl;
  }

  async find(clientId: string): Promise<AdapterPayload | undefined> {
    const client = await inTurn(this.#knex, (db) => findClient(db, clientId));
    return withTryItUri(client, this.#publicUrl, Provider.ctx);
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
