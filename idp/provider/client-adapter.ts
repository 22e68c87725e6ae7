import type { Knex } from 'knex';
import Provider, { type Adapter, type AdapterPayload } from 'oidc-provider';
import type { Config } from '../../shared/config.ts';
import { findClient } from './clients.ts';
import { dropRegistered, storeRegistered } from './registration.ts';
import { withTryItUri } from './try-it.ts';
import { inTurn } from './unit-of-work.ts';

type ClientSettings = Pick<Config, 'publicUrl' | 'clientRegistration'>;

/** Shows the provider the registered applications. It changes those alone that register themselves. */
export class ClientAdapter implements Adapter {
  readonly #knex: Knex;
  readonly #config: ClientSettings;

  constructor(knex: Knex, config: ClientSettings) {
    this.#knex = knex;
    this.#config = config;
  }

  async find(clientId: string): Promise<AdapterPayload | undefined> {
    const client = await inTurn(this.#knex, (db) => findClient(db, clientId));
    return withTryItUri(client, this.#config.publicUrl, Provider.ctx);
  }

  upsert(_clientId: string, metadata: AdapterPayload): Promise<void> {
    return inTurn(this.#knex, (db) => storeRegistered(db, metadata, this.#config.clientRegistration));
  }

  destroy(clientId: string): Promise<void> {
    return inTurn(this.#knex, (db) => dropRegistered(db, clientId));
  }

  consume = refuse;
  findByUid = refuse;
  findByUserCode = refuse;
  revokeByGrantId = refuse;
}

async function refuse(): Promise<never> {
  throw new Error('Applications are not used up');
}
