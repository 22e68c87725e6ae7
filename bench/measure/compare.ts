import type { Hits } from '../load/fire.ts';
import { fire, type Load } from '../load/load.ts';
import { progress } from '../progress.ts';
import { median } from './median.ts';
import { usageOf } from './usage.ts';

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
  /** Bytes that the server holds after the last round; null where nobody tells. */
  readonly rss: number | null;
  /** In all rounds together. */
  readonly failed: number;
  readonly failure: string | null;
}

export interface Rounds {
  readonly rounds: number;
  readonly seconds: number;
}

/**
 * Puts each server under load in turn, again and again (A B A B …), so that whatever else the machine does meets all
 * of them alike; each is warmed up before.
 */
export async function compare(
  what: string,
  subjects: readonly Subject[],
  { rounds, seconds }: Rounds,
): Promise<Measured[]> {
  const taken = subjects.map(() => [] as (Hits & { cpu: number | null })[]);
  for (const subject of subjects) {
    progress(`${what}: warming up ${subject.name}`);
    await fire(await subject.load(), 1);
  }
  for (let round = 1; round <= rounds; round++) {
    for (const [n, subject] of subjects.entries()) {
      progress(`${what}: round ${round} of ${rounds}, ${subject.name}`);
      const before = await usageOf(subject.pid);
      const hits = await fire(await subject.load(), seconds);
      const after = await usageOf(subject.pid);
      const cpu = before && after ? (after.cpu - before.cpu) / hits.answers : null;
      taken[n]?.push({ ...hits, cpu });
    }
  }
  return Promise.all(subjects.map(({ name, pid }, n) => summed(name, pid, taken[n] ?? [])));
}

/** The medians of what several rounds brought. */
export async function summed(
  name: string,
  pid: number | undefined,
  rounds: readonly (Hits & { readonly cpu?: number | null })[],
): Promise<Measured> {
  const middle = (read: (hits: Hits) => number) => median(rounds.map(read));
  const cpus = rounds.flatMap(({ cpu }) => (cpu == null ? [] : [cpu]));
  return {
    name,
    rate: middle(({ rate }) => rate),
    p50: middle(({ p50 }) => p50),
    p99: middle(({ p99 }) => p99),
    cpu: cpus.length > 0 ? median(cpus) : null,
    rss: (await usageOf(pid))?.rss ?? null,
    failed: rounds.reduce((sum, { failed }) => sum + failed, 0),
    failure: rounds.find(({ failure }) => failure)?.failure ?? null,
  };
}
