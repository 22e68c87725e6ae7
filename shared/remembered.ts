import { LRUCache } from 'lru-cache';
import type { Events } from './events.ts';

/**
 * Rows kept in memory, bounded, until an event says that they changed. What isn't there is not remembered: no event
 * tells of new rows. While the process is deaf nothing is remembered: every call loads.
 */
export class Remembered<Key extends string | number, Value extends object> {
  readonly #events: Events;
  readonly #entries: LRUCache<Key, Value>;
  /** Grows with each change, so that a row read before a change isn't kept after it. */
  #changes = 0;

  /** `max` entries at most; `ttl` in milliseconds, none by default. */
  constructor(events: Events, options: { max: number; ttl?: number }) {
    this.#events = events;
    this.#entries = new LRUCache({ max: options.max, ttl: options.ttl ?? 0 });
    events.on('reconnected', () => this.forgetAll());
  }

  /** The remembered row at once, else a promise of the loaded one; null when there is none. */
  get(key: Key, load: () => Promise<Value | null>): Value | null | Promise<Value | null> {
    if (this.#events.isDeaf()) return load();
    return this.#entries.get(key) ?? this.#read(key, load);
  }

  forget(key: Key): void {
    this.#changes++;
    this.#entries.delete(key);
  }

  forgetWhere(matches: (value: Value) => boolean): void {
    this.#changes++;
    for (const [key, value] of this.#entries.entries()) if (matches(value)) this.#entries.delete(key);
  }

  forgetAll(): void {
    this.#changes++;
    this.#entries.clear();
  }

  async #read(key: Key, load: () => Promise<Value | null>): Promise<Value | null> {
    const changes = this.#changes;
    const value = await load();
    if (value && changes === this.#changes && !this.#events.isDeaf()) this.#entries.set(key, value);
    return value;
  }
}
