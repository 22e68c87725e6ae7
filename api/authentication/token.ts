import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { PeopleCache } from '../../shared/access/people-cache.ts';
import type { Principal } from '../../shared/access/principal.ts';
import { isInNetworks } from '../../shared/identity/address-list.ts';
import {
  type FoundApiToken,
  findApiToken,
  keepApiTokenAlive,
  touchApiToken,
} from '../../shared/identity/api-tokens.ts';
import { Remembered } from '../../shared/remembered.ts';
import type { Services } from '../../shared/services.ts';
import { Rejected } from './rejected.ts';

/** A token as it was presented, hashed: what is remembered in memory should not be a usable secret. */
const keyOf = (presented: string): string => createHash('sha256').update(presented).digest('base64');

/** Proves requests by API tokens, in whatever spelling: `Token inv-…`, `Token <hex>`, `Bearer {id}|…`. */
export class TokenScheme {
  readonly #services: Services;
  readonly #people: PeopleCache;
  readonly #tokens: Remembered<string, FoundApiToken>;
  /** Ids of tokens whose use was noted within the last minute. */
  readonly #noted = new LRUCache<number, true>({ max: 10_000, ttl: 60_000 });

  constructor(services: Services, people: PeopleCache) {
    this.#services = services;
    this.#people = people;
    const { events } = services;
    this.#tokens = new Remembered(events, { max: 10_000 });
    events.on('apiToken', ({ apiToken }) => this.#tokens.forgetWhere((token) => token.id === apiToken));
  }

  /** `challenge` is the value of `WWW-Authenticate` in a refusal. @throws Rejected 401, or 403 from where it may not be used */
  async prove(presented: string, address: string | null, challenge: string): Promise<Principal> {
    const refuse = (message: string) => new Rejected({ status: 401, message, challenge });
    const token = await this.#find(presented);
    if (!token) throw refuse('Invalid token.');
    if (token.revokedAt) throw refuse('Token has been revoked');
    if (token.expiresAt && token.expiresAt.getTime() <= Date.now()) throw refuse('Token has expired');
    if (token.addresses && !isInNetworks(token.addresses, address)) {
      throw new Rejected({ status: 403, message: 'This token may not be used from this address.' });
    }
    const person = await this.#people.get(token.userId);
    if (!person?.isActive) throw refuse('User inactive or deleted.');
    if (token.idleHours) {
      if (!(await this.#isAwake(token.id, address))) throw refuse('Token has expired');
    } else this.#noteUse(token.id, address);
    const scopes = token.scopes === null ? null : new Set(token.scopes);
    return { person, proof: 'token', scopes, application: null, tokenId: token.id, address };
  }

  /** Whether there is such a token, live or ended. */
  async knows(presented: string): Promise<boolean> {
    return (await this.#find(presented)) !== null;
  }

  #find(presented: string): FoundApiToken | null | Promise<FoundApiToken | null> {
    return this.#tokens.get(keyOf(presented), () => findApiToken(this.#services.knex, presented));
  }

  /** A token that ends when nobody uses it: its use is noted before it counts, so that all processes know of it. */
  async #isAwake(id: number, address: string | null): Promise<boolean> {
    if (this.#noted.has(id)) return true;
    if (!(await keepApiTokenAlive(this.#services.knex, id, address))) return false;
    this.#noted.set(id, true);
    return true;
  }

  /** The answer doesn't wait for this, and doesn't fail with it. */
  #noteUse(id: number, address: string | null): void {
    if (this.#noted.has(id)) return;
    this.#noted.set(id, true);
    touchApiToken(this.#services.knex, id, address).catch((error: unknown) => {
      this.#noted.delete(id);
      this.#services.log.warn({ err: error, tokenId: id }, 'The last use of an API token could not be noted');
    });
  }
}
