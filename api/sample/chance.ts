/** Numbers that look random and are the same at every run: the sample lab is always the same lab. */
export class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return low + Math.floor((this.#state / 2 ** 32) * (high - low + 1));
  }

  /** One of several. */
  of<T>(several: readonly T[]): T {
    const one = several[this.between(0, several.length - 1)];
    if (one === undefined) throw new Error('There is nothing to choose from');
    return one;
  }
}
