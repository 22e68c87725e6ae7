/** What became of one kind of record. */
export interface Tally {
  read: number;
  written: number;
  unchanged: number;
  skipped: number;
}

/** What an import did, by the file's own names, with remarks on what it passed over. */
export class Tallies {
  readonly #byModel = new Map<string, Tally>();
  readonly #remarks = new Set<string>();

  /** The counts of a model, which begin at zero. */
  of(model: string): Tally {
    const tally = this.#byModel.get(model) ?? { read: 0, written: 0, unchanged: 0, skipped: 0 };
    this.#byModel.set(model, tally);
    return tally;
  }

  remark(text: string): void {
    this.#remarks.add(text);
  }

  get models(): ReadonlyMap<string, Readonly<Tally>> {
    return this.#byModel;
  }

  get written(): number {
    return [...this.#byModel.values()].reduce((sum, { written }) => sum + written, 0);
  }

  /** A table for people, the remarks below. */
  toString(): string {
    const head = ['', 'read', 'written', 'unchanged', 'skipped'];
    const rows = [...this.#byModel].map(([model, { read, written, unchanged, skipped }]) => [
      model,
      ...[read, written, unchanged, skipped].map(String),
    ]);
    const table = [head, ...rows];
    const widths = head.map((_, n) => Math.max(...table.map((row) => row[n]?.length ?? 0)));
    const lines = table.map((row) =>
      row.map((cell, n) => (n === 0 ? cell.padEnd(widths[n] ?? 0) : cell.padStart(widths[n] ?? 0))).join('  '),
    );
    return [...lines, ...(this.#remarks.size > 0 ? ['', ...this.#remarks] : [])].join('\n');
  }
}
