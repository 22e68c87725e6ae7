/** Thrown for text that is no Python literal; the message says where. */
export class NotALiteral extends Error {}

const deepest = 40;
const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '\\': '\\', "'": "'", '"': '"' };
const words: ReadonlyMap<string, boolean | null> = new Map(
  Object.entries({ None: null, True: true, False: false, null: null, true: true, false: false }),
);

/**
 * Reads values as Python prints them: dicts, lists, tuples, strings, numbers, None, True and False, several of them
 * with commas between. It reads and calculates nothing.
 * @throws NotALiteral
 */
export function readPythonLiterals(text: string): unknown[] {
  return new Reader(text).all();
}

class Reader {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  all(): unknown[] {
    const values: unknown[] = [];
    this.#space();
    while (this.#at < this.#text.length) {
      values.push(this.#value());
      this.#space();
      if (this.#at < this.#text.length) this.#take(',');
    }
    return values;
  }

  #value(): unknown {
    this.#space();
    const next = this.#text[this.#at];
    if (next === '{') return this.#nested(() => this.#dict());
    if (next === '[') return this.#nested(() => this.#items('[', ']'));
    if (next === '(') return this.#nested(() => this.#items('(', ')'));
    return next === "'" || next === '"' ? this.#string(next) : this.#word();
  }

  #nested<T>(read: () => T): T {
    this.#depth++;
    if (this.#depth > deepest) throw this.#fault('nested too deep');
    const value = read();
    this.#depth--;
    return value;
  }

  #dict(): Record<string, unknown> {
    const entries: [string, unknown][] = [];
    this.#each('{', '}', () => {
      const key = this.#value();
      if (typeof key !== 'string') throw this.#fault('a key that is no text');
      this.#take(':');
      entries.push([key, this.#value()]);
    });
    return Object.fromEntries(entries);
  }

  #items(open: string, close: string): unknown[] {
    const values: unknown[] = [];
    this.#each(open, close, () => values.push(this.#value()));
    return values;
  }

  #each(open: string, close: string, read: () => void): void {
    this.#take(open);
    while (!this.#is(close)) {
      read();
      if (!this.#is(close)) this.#take(',');
    }
    this.#take(close);
  }

  #string(quote: string): string {
    let value = '';
    for (this.#at++; this.#text[this.#at] !== quote; this.#at++) {
      const letter = this.#text[this.#at];
      if (letter === undefined) throw this.#fault('a text without end');
      value += letter === '\\' ? this.#escape() : letter;
    }
    this.#at++;
    return value;
  }

  #escape(): string {
    this.#at++;
    const letter = this.#text[this.#at] ?? '';
    const digits = { x: 2, u: 4, U: 8 }[letter];
    if (digits === undefined) return escapes[letter] ?? `\\${letter}`;
    const hex = this.#text.slice(this.#at + 1, this.#at + 1 + digits);
    const code = Number.parseInt(hex, 16);
    if (!/^[0-9a-f]+$/i.test(hex) || hex.length < digits || code > 0x10ffff) throw this.#fault('an odd escape');
    this.#at += digits;
    return String.fromCodePoint(code);
  }

  #word(): unknown {
    const [word = ''] = /^[\w.+-]+/.exec(this.#text.slice(this.#at, this.#at + 100)) ?? [];
    const known = words.get(word);
    if (known !== undefined) {
      this.#at += word.length;
      return known;
    }
    if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?$/i.test(word)) throw this.#fault('something that is no literal');
    this.#at += word.length;
    // Digits beyond what a double holds stay a text, which reads the same.
    return word.length > 15 ? word : Number(word);
  }

  #is(sign: string): boolean {
    this.#space();
    return this.#text[this.#at] === sign;
  }

  #take(sign: string): void {
    if (!this.#is(sign)) throw this.#fault(`no ${sign}`);
    this.#at++;
  }

  #space(): void {
    while (/\s/.test(this.#text[this.#at] ?? '')) this.#at++;
  }

  #fault(what: string): NotALiteral {
    return new NotALiteral(`${what} at character ${this.#at + 1}`);
  }
}
