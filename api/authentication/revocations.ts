import type { Knex } from 'knex';
import type { Events } from '../../shared/events.ts';

/**
 * The access tokens that were revoked before their expiry, by the SHA-256 of their `jti` in hex. Held in memory: read
 * once, then fed by events, and read again after a break of the line.
 */
export class Revocations {
  readonly #db: Knex;
  /** Hash to the token's expiry in milliseconds. Nothing leaves before that, so reading again only adds. */
  readonly #until = new Map<string, number>();
  #read: Promise<void> | null = null;
  #isRead = false;
  #sweepAt = 1000;

  constructor(db: Knex, events: Events) {
    this.#db = db;
    events.on('token', ({ token, until }) => this.#add(token, until * 1000));
    // A reading on its way may have begun before the line was up again.
    events.on('reconnected', async () => {
      await this.#read?.catch(() => {});
      await this.#load();
    });
  }

  /** Undefined when the list is in memory, else a promise of that. */
  ready(): Promise<void> | undefined {
    return this.#isRead ? undefined : this.#load();
  }

  has(hash: string): boolean {
    return this.#until.has(hash);
  }

  #load(): Promise<void> {
    this.#read ??= this.#readAll().finally(() => {
      this.#read = null;
    });
    return this.#read;
  }

  async #readAll(): Promise<void> {
    const rows: Array<{ hash: string; until: Date }> = await this.#db('revocations')
      .where('expires_at', '>', this.#db.fn.now())
      .select(this.#db.raw(`encode(token_hash, 'hex') AS hash`), 'expires_at AS until');
    for (const row of rows) this.#add(row.hash, row.until.getTime());
    this.#isRead = true;
  }

  #add(hash: string, until: number): void {
    this.#until.set(hash, until);
    if (this.#until.size < this.#sweepAt) return;
    const now = Date.now();
    for (const [old, end] of this.#until) if (end < now) this.#until.delete(old);
    this.#sweepAt = Math.max(1000, this.#until.size * 2);
  }
}
