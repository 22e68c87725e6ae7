import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { Logger } from 'pino';
import { ConfigError } from '../config.ts';
import { isDatabaseAway } from '../database-away.ts';
import { isOfReplica, Left, OtherServer, type ReplicaConnections } from './connections.ts';
import { identityOf, positionOf, writtenAt } from './position.ts';
import type { Reads, ReplicaReport } from './reads.ts';
import { SharedQuestion } from './shared-question.ts';

/** How long a read waits for the replica to hold what was just written; milliseconds. */
const patience = 20;
/** Pauses between looks at it: while it is in use, and else; milliseconds. */
const looks = { inUse: 500, otherwise: 100 } as const;

/** What leads to the primary and its replica. */
export interface ReplicaDoors {
  readonly primary: pg.Pool;
  /** In a hurry. */
  readonly askPrimary: pg.Pool;
  readonly replica: ReplicaConnections;
}

/**
 * Reads from a replica, without anybody ever missing what was committed before they asked, by whatever process: each
 * read first asks the primary how far its log reaches, together with all that ask at this moment, and goes to the
 * replica once that has come so far. One that takes too long is passed over until it has.
 */
export class Replica implements Reads {
  readonly #doors: ReplicaDoors;
  readonly #log: Logger;
  readonly #identity: string;
  readonly #written: SharedQuestion<number>;
  readonly #replayed: SharedQuestion<void>;
  readonly #answered = { replica: 0, primary: 0 };
  readonly #closing = new AbortController();
  readonly #watching: Promise<void>;
  #state: ReplicaReport['state'] = 'away';
  #reached = 0;
  /** What it did not hold in time: it is of use again when it does. */
  #missed = 0;
  #lagBytes = 0;
  /** What the primary held at a moment, and the replica did not. */
  #owed: { readonly written: number; readonly since: number } | null = null;

  private constructor(doors: ReplicaDoors, log: Logger, identity: string) {
    this.#doors = doors;
    this.#log = log;
    this.#identity = identity;
    this.#written = new SharedQuestion(() => writtenAt(doors.askPrimary));
    this.#replayed = new SharedQuestion(() => this.#askReplica());
    this.#watching = this.#watch();
  }

  /**
   * A replica that is away may come later.
   * @throws ConfigError naming DATABASE_READ_URL when it leads to something else than a replica
   */
  static async open(doors: ReplicaDoors, log: Logger): Promise<Replica> {
    const ours = await identityOf(doors.askPrimary);
    const theirs = await identityOf(doors.replica.asking).catch((error: unknown) => {
      if (!isDatabaseAway(error)) {
        throw new ConfigError(`DATABASE_READ_URL can not be used: ${error instanceof Error ? error.message : error}`);
      }
      log.warn({ err: error }, 'the replica is away');
      return ours;
    });
    if (theirs !== ours) throw new ConfigError('DATABASE_READ_URL leads to no replica of the database at DATABASE_URL');
    return new Replica(doors, log, ours);
  }

  async read<T>(work: (db: pg.Pool) => Promise<T>): Promise<T> {
    if (await this.#holdsAll()) {
      try {
        const answer = await this.#doors.replica.read(work);
        this.#answered.replica++;
        return answer;
      } catch (error) {
        if (!isOfReplica(error)) throw error;
        if (error instanceof OtherServer) this.#leave(error);
        else if (!(error instanceof Left)) this.#log.warn({ err: error }, 'the replica failed a read');
      }
    }
    this.#answered.primary++;
    return work(this.#doors.primary);
  }

  report(): ReplicaReport {
    const lagSeconds = this.#owed ? (performance.now() - this.#owed.since) / 1000 : 0;
    return { state: this.#state, lagSeconds, lagBytes: this.#lagBytes, answered: { ...this.#answered } };
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#watching;
    await Promise.all([this.#doors.replica.close(), this.#doors.askPrimary.end()]);
  }

  async #holdsAll(): Promise<boolean> {
    if (this.#state !== 'in use') return false;
    const written = await this.#written.ask().catch(() => Number.POSITIVE_INFINITY);
    if (written === Number.POSITIVE_INFINITY) return false;
    const until = performance.now() + patience;
    while (this.#reached < written) {
      const left = until - performance.now();
      if (left <= 0 || this.#state !== 'in use') {
        this.#miss(written);
        return false;
      }
      // One that is slow to say how far it is counts as behind; whether it is away, the next look tells.
      await Promise.race([this.#replayed.ask().catch(() => {}), sleep(left)]);
      if (this.#reached < written) await sleep(1);
    }
    return this.#state === 'in use';
  }

  #miss(written: number): void {
    this.#missed = Math.max(this.#missed, written);
    if (this.#state === 'in use') this.#enter('behind');
  }

  /** @throws Error when it does not answer, or is no replica any more */
  async #askReplica(): Promise<void> {
    const connections = this.#doors.replica;
    const { replayed, follows, server } = await positionOf(connections.asking);
    if (!follows) throw new Error('It follows no primary');
    // What reads so far is connected to the one of before.
    if (this.#state !== 'away' && server !== connections.server) throw new OtherServer();
    connections.server = server;
    this.#reached = replayed;
  }

  async #watch(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      await this.#look().catch((error: unknown) => this.#leave(error));
      const pause = this.#state === 'in use' ? looks.inUse : looks.otherwise;
      await sleep(pause, undefined, { ref: false, signal: this.#closing.signal }).catch(() => {});
    }
  }

  async #look(): Promise<void> {
    const askedAt = performance.now();
    // Without the primary there is nothing to compare with: reads will hear of it themselves.
    const written = await this.#written.ask().catch(() => null);
    await this.#replayed.ask();
    if (this.#state === 'away' && (await identityOf(this.#doors.replica.asking)) !== this.#identity) {
      throw new Error('It is a replica of another database');
    }
    if (written !== null) {
      this.#lagBytes = Math.max(0, written - this.#reached);
      if (this.#owed && this.#reached >= this.#owed.written) this.#owed = null;
      if (this.#reached < written) this.#owed ??= { written, since: askedAt };
    }
    if (this.#reached >= this.#missed) this.#enter('in use');
    else this.#enter('behind');
  }

  /** Reads that still wait for it are broken off, and so go to the primary. */
  #leave(error: unknown): void {
    if (this.#closing.signal.aborted || this.#state === 'away') return;
    this.#enter('away', error);
    this.#doors.replica.breakOff();
  }

  #enter(state: ReplicaReport['state'], error?: unknown): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#log[state === 'in use' ? 'info' : 'warn']({ err: error }, `the replica is ${state}`);
  }
}
