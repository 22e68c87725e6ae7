import type { Hits } from '../load/fire.ts';
import { fire, type Load } from '../load/load.ts';
import { progress } from '../progress.ts';
import { median } from './median.ts';
import { familyUsageOf } from './usage.ts';

/** A server under load. */
export interface Subject {
  readonly name: string;
  readonly pid: number | undefined;
  /** Made anew for each round, for loads that may not be fired twice. */
  load(): Load | Promise<Load>;
}

/** The medians of the rounds of one server. */
export interface Measured {
  readonly name: string;
  /** Answers a second. */
  readonly rate: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Milliseconds of processor time that the server itself takes for a request; null where nobody tells. */
  readonly cpu: number | null;
  /** The same of the database. */
  readonly databaseCpu: number | null;
  /** Bytes that the server holds after the last round; null where nobody tells. */
  readonly rss: number | null;
  /** In all rounds together. */
  readonly failed: number;
  readonly failure: string | null;
}

export interface Rounds {
  readonly rounds: number;
  readonly seconds: number;
  /** The process whose children are the database's. */
  readonly databasePid: number | null;
}

/** By then a server's code is compiled for what it does, also the longer one; seconds. */
const warmUp = 4;

/** What one round brought. */
type Round = Hits & { readonly cpu?: number | null; readonly databaseCpu?: number | null };

/**
 * Puts each server under load in turn, again and again (A B A B …), so that whatever else the machine does meets all
 * of them alike; each is warmed up before.
 */
export async function compare(
  what: string,
  subjects: readonly Subject[],
  { rounds, seconds, databasePid }: Rounds,
): Promise<Measured[]> {
  const taken = subjects.map(() => [] as Round[]);
  for (const subject of subjects) {
    progress(`${what}: warming up ${subject.name}`);
    await fire(await subject.load(), warmUp);
  }
  for (let round = 1; round <= rounds; round++) {
    for (const [n, subject] of subjects.entries()) {
      progress(`${what}: round ${round} of ${rounds}, ${subject.name}`);
      const load = await subject.load();
      const before = await Promise.all([familyUsageOf(subject.pid), familyUsageOf(databasePid)]);
      const hits = await fire(load, seconds);
      const after = await Promise.all([familyUsageOf(subject.pid), familyUsageOf(databasePid)]);
      const each = (from: number | null = null, to: number | null = null) =>
        from === null || to === null ? null : (to - from) / hits.answers;
      taken[n]?.push({
        ...hits,
        cpu: each(before[0]?.cpu, after[0]?.cpu),
        databaseCpu: each(before[1]?.cpu, after[1]?.cpu),
      });
    }
  }
  return Promise.all(subjects.map(({ name, pid }, n) => summed(name, pid, taken[n] ?? [])));
}

/** The medians of what several rounds brought. */
export async function summed(name: string, pid: number | undefined, rounds: readonly Round[]): Promise<Measured> {
  const middle = (read: (hits: Hits) => number) => median(rounds.map(read));
  const told = (read: (round: Round) => number | null | undefined) => {
    const figures = rounds.flatMap((round) => read(round) ?? []);
    return figures.length > 0 ? median(figures) : null;
  };
  return {
    name,
    rate: middle(({ rate }) => rate),
    p50: middle(({ p50 }) => p50),
    p99: middle(({ p99 }) => p99),
    cpu: told(({ cpu }) => cpu),
    databaseCpu: told(({ databaseCpu }) => databaseCpu),
    rss: (await familyUsageOf(pid))?.rss ?? null,
    failed: rounds.reduce((sum, { failed }) => sum + failed, 0),
    failure: rounds.find(({ failure }) => failure)?.failure ?? null,
  };
}
