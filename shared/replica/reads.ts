import type pg from 'pg';

/** Where reads run that need not run on the primary. */
export interface Reads {
  /**
   * Runs a read that changes nothing on the replica, once that holds all that was committed before; else, and when the
   * replica fails it, on the primary.
   */
  read<T>(work: (db: pg.Pool) => Promise<T>): Promise<T>;
  /** What there is to say of the replica; null without one. */
  report(): ReplicaReport | null;
  close(): Promise<void>;
}

export interface ReplicaReport {
  /** Behind: it takes too long to get to what was just written. Away: it does not answer, or follows no more. */
  readonly state: 'in use' | 'behind' | 'away';
  /** How long ago it held all that the primary held then; seconds, by looks half a second apart. */
  readonly lagSeconds: number;
  readonly lagBytes: number;
  /** Reads so far, by the server that answered them. */
  readonly answered: Readonly<Record<'replica' | 'primary', number>>;
}

/** Without a replica, the primary does it all. */
export const readsOfPrimary = (pool: pg.Pool): Reads => ({
  read: (work) => work(pool),
  report: () => null,
  close: async () => {},
});
