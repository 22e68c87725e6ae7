import type { Knex } from 'knex';
import { LRUCache } from 'lru-cache';
import Provider, { type Adapter, type AdapterPayload } from 'oidc-provider';
import type { Config } from '../../shared/config.ts';
import { findClient, type KnownClient, versionsOf } from './clients.ts';
import { Gathered } from './gathered.ts';
import { dropRegistered, storeRegistered } from './registration.ts';
import { modesOfItsType } from './response-modes.ts';
import { withTryItUri } from './try-it.ts';
import { inTurn, reading } from './unit-of-work.ts';

export type ClientSettings = Pick<Config, 'publicUrl' | 'clientRegistration' | 'requirePar' | 'requireDpop'>;

const remembered = 1000;

/**
 * Shows the provider the registered applications. It changes those alone that register themselves. What an application
 * is made of is remembered; that it is still that is asked each time.
 */
export class ClientAdapter implements Adapter {
  readonly #knex: Knex;
  readonly #config: ClientSettings;
  readonly #known = new LRUCache<string, KnownClient>({ max: remembered });
  readonly #versions: Gathered<string, number | null>;

  constructor(knex: Knex, config: ClientSettings) {
    this.#knex = knex;
    this.#config = config;
    this.#versions = new Gathered((clientIds) => versionsOf(knex, clientIds));
  }

  async find(clientId: string): Promise<AdapterPayload | undefined> {
    const client = await reading(
      () => this.#current(clientId),
      (db) => findClient(db, clientId, this.#config),
    );
    const metadata = modesOfItsType(client?.metadata, Provider.ctx);
    return withTryItUri(metadata, this.#config.publicUrl, Provider.ctx);
  }

  async #current(clientId: string): Promise<KnownClient | undefined> {
    const known = this.#known.get(clientId);
    if (known && known.goodUntil > performance.now() && (await this.#versions.ask(clientId)) === known.version) {
      return known;
    }
    const client = await findClient(this.#knex, clientId, this.#config);
    if (client) this.#known.set(clientId, client);
    else this.#known.delete(clientId);
    return client;
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
