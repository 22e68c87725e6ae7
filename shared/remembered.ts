import { LRUCache } from 'lru-cache';
import type { Events } from './events.ts';

/**
 * Rows kept in memory, bounded, until an event says that they changed. What isn't there is remembered too.
 * While the process is deaf nothing is remembered: every call loads.
 */
export class Remembered<Key extends string | number, Value extends object> {
  readonly #events: Events;
  readonly #load: (key: Key) => Promise<Value | null>;
  readonly #entries: LRUCache<Key, { readonly value: Value | null }>;
  /** Grows with each change, so that a row read before a change isn't kept after it. */
  #changes = 0;

  /** `max` entries at most; `ttl` in milliseconds, none by default. */
  constructor(events: Events, options: { max: number; ttl?: number; load: (key: Key) => Promise<Value | null> }) {
    this.#events = events;
    this.#load = options.load;
    this.#entries = new LRUCache({ max: options.max, ttl: options.ttl ?? 0 });
    events.on('reconnected', () => this.forgetAll());
  }

  /** The remembered row at once, else a promise of the loaded one; null when there is none. */
  get(key: Key): Value | null | Promise<Value | null> {
    if (this.#events.isDeaf()) return this.#load(key);
    const entry = this.#entries.get(key);
    return entry ? entry.value : this.#read(key);
  }

  forget(key: Key): void {
    this.#changes++;
    this.#entries.delete(key);
  }

  forgetWhere(matches: (value: Value | null) => boolean): void {
    this.#changes++;
    for (const [key, entry] of this.#entries.entries()) if (matches(entry.value)) this.#entries.delete(key);
  }

  forgetAll(): void {
    this.#changes++;
    this.#entries.clear();
  }

  async #read(key: Key): Promise<Value | null> {
    const changes = this.#changes;
    const value = await this.#load(key);
    if (changes === this.#changes && !this.#events.isDeaf()) this.#entries.set(key, { value });
    return value;
  }
}
