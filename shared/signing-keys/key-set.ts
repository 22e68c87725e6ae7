import { createLocalJWKSet, errors, type JSONWebKeySet, type JWK, type JWTVerifyGetKey } from 'jose';
import type { Knex } from 'knex';
import type { Events } from '../events.ts';

/** An unknown key id makes the set be read again, but no more often than this; milliseconds. */
const rereadAfter = 2000;

/**
 * The issuer's public keys, read from the database that both services share. Keys about to be used are in it already,
 * so a rotation needs no luck; a key that was taken out stops being trusted when the event comes.
 */
export class KeySet {
  readonly #db: Knex;
  #keys: Promise<JWTVerifyGetKey> | null = null;
  #readAt = Number.NEGATIVE_INFINITY;
  #edition = 0;

  constructor(db: Knex, events: Events) {
    this.#db = db;
    const forget = () => {
      this.#keys = null;
      this.#edition++;
    };
    events.on('keys', forget);
    events.on('reconnected', forget);
  }

  /** Another number after each change: what was verified before may not be trusted any more. */
  get edition(): number {
    return this.#edition;
  }

  /** The key that a token's header names, for `jwtVerify`. */
  readonly find: JWTVerifyGetKey = async (header, token) => {
    if (typeof header?.kid !== 'string') throw new errors.JWKSNoMatchingKey('the token names no key');
    const keys = await this.#current();
    try {
      return await keys(header, token);
    } catch (error) {
      const stale = performance.now() - this.#readAt > rereadAfter;
      if (!(error instanceof errors.JWKSNoMatchingKey) || !stale) throw error;
      this.#keys = null;
      return (await this.#current())(header, token);
    }
  };

  async #current(): Promise<JWTVerifyGetKey> {
    this.#keys ??= this.#read();
    const reading = this.#keys;
    try {
      return await reading;
    } catch (error) {
      if (this.#keys === reading) this.#keys = null;
      throw error;
    }
  }

  async #read(): Promise<JWTVerifyGetKey> {
    this.#readAt = performance.now();
    const rows: Array<{ public_jwk: JWK }> = await this.#db('signing_keys').select('public_jwk');
    return createLocalJWKSet({ keys: rows.map((row) => row.public_jwk) } as JSONWebKeySet);
  }
}
