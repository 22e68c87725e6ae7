import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import type { Logger } from 'pino';
import { AggregatorRegistry } from 'prom-client';

/** Where a process stands among those that share its port. */
export interface Place {
  /** 1 to `WORKERS`; a process that replaces another takes its number. */
  readonly number: number;
  /** The figures of all of them together, as Prometheus reads them. @throws Error when one does not answer */
  metrics(): Promise<string>;
  /** Tells that requests are answered. */
  serving(): void;
}

interface Question {
  readonly kind: 'metrics';
  readonly number: number;
}
interface Answer extends Question {
  /** Null when they could not be had. */
  readonly text: string | null;
}

const variable = 'QUARTERMASTER_WORKER';
const serving = 'quartermaster: serving';
/** Pauses before a process is replaced: the first, the longest, and how long one has to live to start from the first again; milliseconds. */
const pauses = { first: 250, longest: 30_000, forgivenAfter: 60_000 } as const;

const isOf = <T extends Question>(message: unknown): message is T =>
  typeof message === 'object' && message !== null && 'kind' in message && message.kind === 'metrics';

/** The place of this process; null when it has the port to itself. */
export function placeAmongWorkers(): Place | null {
  if (!cluster.isWorker) return null;
  const waiting = new Map<number, (text: string | null) => void>();
  process.on('message', (message: unknown) => {
    if (isOf<Answer>(message)) waiting.get(message.number)?.(message.text);
  });
  let asked = 0;
  return {
    number: Number(process.env[variable]),
    async metrics() {
      const number = ++asked;
      const { promise, resolve } = Promise.withResolvers<string | null>();
      waiting.set(number, resolve);
      process.send?.({ kind: 'metrics', number } satisfies Question);
      const text = await promise.finally(() => waiting.delete(number));
      if (text === null) throw new Error('A process of this service did not tell its figures');
      return text;
    },
    serving: () => process.send?.(serving),
  };
}

/** Whether this process is to run others rather than to serve: the first one, when several are wished for. */
export const runsWorkers = (workers: number): boolean => workers > 1 && cluster.isPrimary;

/**
 * Runs this program in so many processes on one port until SIGTERM or Ctrl-C, which all of them hear. The first is
 * started alone: what it makes at its start, the others find. One that ends is replaced, at once at first, later and
 * later when it keeps ending.
 * @returns the exit code: 1 when the first process does not come to serve, or one did not end well
 */
export async function runWorkers(workers: number, log: Logger): Promise<number> {
  const crew = new Crew(log);
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => crew.end());
  const figures = new AggregatorRegistry();
  cluster.on('message', (worker, message: unknown) => {
    if (!isOf<Question>(message)) return;
    const answer = (text: string | null) => worker.isConnected() && worker.send({ ...message, text } satisfies Answer);
    figures.clusterMetrics().then(answer, () => answer(null));
  });
  if (await crew.begin(1)) for (let number = 2; number <= workers; number++) void crew.begin(number);
  return crew.ended;
}

class Crew {
  readonly #log: Logger;
  readonly #workers = new Set<Worker>();
  readonly #ended = Promise.withResolvers<number>();
  readonly #pauses = new Map<number, number>();
  #ending = false;
  #code = 0;

  constructor(log: Logger) {
    this.#log = log;
  }

  get ended(): Promise<number> {
    return this.#ended.promise;
  }

  /** Starts the process of a place. @returns whether it came to serve */
  async begin(number: number): Promise<boolean> {
    const worker = cluster.fork({ [variable]: String(number) });
    const begunAt = performance.now();
    this.#workers.add(worker);
    let served = false;
    const heard = new Promise<void>((resolve) => {
      worker.on('message', (message: unknown) => {
        if (message !== serving) return;
        served = true;
        resolve();
      });
    });
    const gone = once(worker, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
    void gone.then(([code, signal]) => {
      this.#workers.delete(worker);
      if (this.#ending) this.#leave(code);
      // What keeps the very first from serving keeps all: a wrong setting, a database that is away.
      else if (!served && number === 1 && this.#workers.size === 0 && !this.#pauses.has(1)) this.end(code ?? 1);
      else this.#replace(number, { code, signal, lived: performance.now() - begunAt });
    });
    await Promise.race([heard, gone]);
    return served;
  }

  /** Tells all to finish what they are at. */
  end(code = 0): void {
    this.#code ||= code;
    this.#ending = true;
    for (const worker of this.#workers) worker.process.kill('SIGTERM');
    if (this.#workers.size === 0) this.#ended.resolve(this.#code);
  }

  #leave(code: number | null): void {
    this.#code ||= code ?? 1;
    if (this.#workers.size === 0) this.#ended.resolve(this.#code);
  }

  #replace(number: number, { lived, ...how }: { code: number | null; signal: string | null; lived: number }): void {
    const before = lived > pauses.forgivenAfter ? undefined : this.#pauses.get(number);
    const pause = before === undefined ? pauses.first : Math.min(before * 2, pauses.longest);
    this.#pauses.set(number, pause);
    this.#log.error({ worker: number, ...how, milliseconds: pause }, 'a process ended and is replaced');
    setTimeout(() => this.#ending || this.begin(number), pause);
  }
}
