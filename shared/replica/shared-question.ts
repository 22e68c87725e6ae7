/**
 * A question that many have at once. Whoever asks is told what holds after they asked: they share a question that was
 * not yet sent, and never the one on its way.
 */
export class SharedQuestion<T> {
  readonly #ask: () => Promise<T>;
  #onItsWay: Promise<T> | null = null;
  #next: Promise<T> | null = null;

  constructor(ask: () => Promise<T>) {
    this.#ask = ask;
  }

  ask(): Promise<T> {
    if (this.#next) return this.#next;
    if (!this.#onItsWay) return this.#send();
    const sendNext = () => {
      this.#next = null;
      return this.#send();
    };
    this.#next = this.#onItsWay.then(sendNext, sendNext);
    return this.#next;
  }

  #send(): Promise<T> {
    const sent = this.#ask().finally(() => {
      if (this.#onItsWay === sent) this.#onItsWay = null;
    });
    this.#onItsWay = sent;
    return sent;
  }
}
