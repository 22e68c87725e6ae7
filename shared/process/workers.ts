import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import type { Logger } from 'pino';
import { AggregatorRegistry } from 'prom-client';
import { type Figures, isMessage, type Message, numberVariable, servingMessage } from './place.ts';

/** Pauses before a process is replaced: the first, the longest, and how long one has to live to start from the first again; milliseconds. */
const pauses = { first: 250, longest: 30_000, forgivenAfter: 60_000 } as const;

/** How long a process may take to tell its figures; milliseconds. */
const tellingPatience = 5000;

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
  cluster.on('message', async (worker, message: unknown) => {
    if (!isMessage(message) || message.kind !== 'all asked') return;
    const text = await crew.figures().catch(() => null);
    if (worker.isConnected()) worker.send({ kind: 'all told', number: message.number, text } satisfies Message);
  });
  if (await crew.begin(1)) for (let number = 2; number <= workers; number++) void crew.begin(number);
  return crew.ended;
}

class Crew {
  readonly #log: Logger;
  readonly #workers = new Set<Worker>();
  readonly #serving = new Set<Worker>();
  readonly #ended = Promise.withResolvers<number>();
  readonly #pauses = new Map<number, number>();
  #asked = 0;
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
    const worker = cluster.fork({ [numberVariable]: String(number) });
    const begunAt = performance.now();
    this.#workers.add(worker);
    let served = false;
    const heard = new Promise<void>((resolve) => {
      worker.on('message', (message: unknown) => {
        if (message !== servingMessage) return;
        served = true;
        this.#serving.add(worker);
        resolve();
      });
    });
    const gone = once(worker, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
    void gone.then(([code, signal]) => {
      this.#workers.delete(worker);
      this.#serving.delete(worker);
      if (this.#ending) this.#leave(code);
      // What keeps the very first from serving keeps all: a wrong setting, a database that is away.
      else if (!served && number === 1 && this.#workers.size === 0 && !this.#pauses.has(1)) this.end(code ?? 1);
      else this.#replace(number, { exitCode: code, signal, lived: performance.now() - begunAt });
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

  /** The figures of those that serve, added up. @throws Error when one does not tell in time */
  async figures(): Promise<string> {
    const number = ++this.#asked;
    const told = await Promise.all([...this.#serving].map((worker) => figuresOf(worker, number)));
    return AggregatorRegistry.aggregate(told).metrics();
  }

  #leave(code: number | null): void {
    this.#code ||= code ?? 1;
    if (this.#workers.size === 0) this.#ended.resolve(this.#code);
  }

  #replace(number: number, { lived, ...how }: { exitCode: number | null; signal: string | null; lived: number }): void {
    const before = lived > pauses.forgivenAfter ? undefined : this.#pauses.get(number);
    const pause = before === undefined ? pauses.first : Math.min(before * 2, pauses.longest);
    this.#pauses.set(number, pause);
    this.#log.error({ worker: number, ...how, milliseconds: pause }, 'a process ended and is replaced');
    setTimeout(() => this.#ending || this.begin(number), pause);
  }
}

async function figuresOf(worker: Worker, number: number): Promise<Figures> {
  const { promise, resolve, reject } = Promise.withResolvers<Figures>();
  const hear = (message: unknown) => {
    if (isMessage(message) && message.kind === 'own told' && message.number === number) resolve(message.figures ?? []);
  };
  const late = setTimeout(reject, tellingPatience, new Error('late'));
  worker.on('message', hear);
  try {
    worker.send({ kind: 'own asked', number } satisfies Message);
    return await promise;
  } finally {
    clearTimeout(late);
    worker.off('message', hear);
  }
}
