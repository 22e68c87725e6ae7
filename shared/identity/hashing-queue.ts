import { availableParallelism } from 'node:os';

/** Too many passwords wait to be checked; the answer to the client is 503 with `Retry-After`. */
export class Busy extends Error {
  /** Seconds after which another try makes sense. */
  readonly retryAfterSeconds = 5;

  constructor() {
    super('Too many sign-ins at once. Try again in a few seconds.');
    this.name = 'Busy';
  }
}

/** How many tasks ran, ran at most, and waited: what the tests and the metrics look at. */
export interface QueueState {
  readonly running: number;
  readonly waiting: number;
}

/**
 * Runs at most `parallel` tasks at a time and lets at most `limit` wait. Hashing uses the same few threads of the
 * runtime as DNS and files: without a bound, a flood of sign-ins stops everything else.
 */
export class HashingQueue {
  #running = 0;
  readonly #waiting: (() => void)[] = [];
  readonly #parallel: number;
  readonly #limit: number;

  constructor(parallel: number, limit: number) {
    this.#parallel = parallel;
    this.#limit = limit;
  }

  get state(): QueueState {
    return { running: this.#running, waiting: this.#waiting.length };
  }

  /** Runs the task when its turn comes; throws {@link Busy} at once when too many wait already. */
  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#parallel) {
      if (this.#waiting.length >= this.#limit) throw new Busy();
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else {
      this.#running += 1;
    }
    try {
      return await task();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running -= 1;
    }
  }
}

/** The one queue of this process. One of the runtime's four threads stays free for everything else. */
export const hashing = new HashingQueue(Math.min(3, availableParallelism()), 64);
