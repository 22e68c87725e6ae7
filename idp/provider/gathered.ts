import { isDatabaseAway } from '../../shared/database-away.ts';

interface Waiting<Ask, Answer> {
  readonly ask: Ask;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/** Statements of one kind that run at a time at most, and how much is asked for by one. */
const atOnce = 4;
const mostInOne = 50;

/** A statement that takes longer than this waits for a lock, maybe; others do not wait for it. Milliseconds. */
const patience = 3;

/**
 * Asks the database once for what several requests want at the same time. Whoever comes alone waits for nobody; who
 * comes while a statement is on its way goes together with all others by the next one. What is asked for is never older
 * than the asking.
 */
export class Gathered<Ask, Answer> {
  readonly #run: (asks: readonly Ask[]) => Promise<readonly Answer[]>;
  #waiting: Waiting<Ask, Answer>[] = [];
  #running = 0;
  #isDue = false;
  #late: NodeJS.Timeout | null = null;

  /** @param run one statement; answers in the order of what is asked */
  constructor(run: (asks: readonly Ask[]) => Promise<readonly Answer[]>) {
    this.#run = run;
  }

  ask(ask: Ask): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    this.#waiting.push({ ask, resolve, reject });
    if (this.#running === 0) {
      this.#soon();
    } else if (this.#running < atOnce) {
      this.#late ??= setTimeout(() => this.#next(), patience);
    }
    return promise;
  }

  /** At the end of this turn of the event loop, so that requests that came in together go together. */
  #soon(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    setImmediate(() => {
      this.#isDue = false;
      this.#next();
    });
  }

  #next(): void {
    if (this.#late) clearTimeout(this.#late);
    this.#late = null;
    if (this.#waiting.length === 0 || this.#running === atOnce) return;
    const together = this.#waiting.slice(0, mostInOne);
    this.#waiting = this.#waiting.slice(mostInOne);
    this.#running++;
    void this.#answer(together).finally(() => {
      this.#running--;
      this.#soon();
    });
  }

  async #answer(together: readonly Waiting<Ask, Answer>[]): Promise<void> {
    try {
      const answers = await this.#run(together.map(({ ask }) => ask));
      together.forEach(({ resolve }, n) => {
        resolve(answers[n] as Answer);
      });
    } catch (error) {
      const [first] = together;
      if (together.length === 1 || isDatabaseAway(error)) for (const { reject } of together) reject(error);
      // What one of them asks for must not fail the others.
      else if (first) for (const one of together) await this.#answer([one]);
    }
  }
}
