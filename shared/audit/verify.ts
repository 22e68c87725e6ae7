import type { Knex } from 'knex';
import { sameSecret } from '../identity/secrets.ts';
import { type Block, chainBegins, nameOfKey, readContent, sealOf } from './block.ts';
import { sealingKey } from './seal.ts';

/** What a verification found. */
export interface Verification {
  /** What is wrong, in sentences; empty when nothing is. */
  readonly faults: readonly string[];
  readonly blocks: number;
  readonly entries: number;
  /** Entries that wait for their seal. */
  readonly unsealed: number;
  /** The first month that is still there, `YYYY-MM`; null while nothing is sealed. */
  readonly begins: string | null;
  /** Whether months before it were dropped. */
  readonly cut: boolean;
  /** The last seal, as `number:hex`: kept elsewhere, it shows later that nothing before it was taken away. */
  readonly head: string | null;
}

interface SealRow {
  number: string;
  after_id: string;
  to_id: string;
  month: string;
  entries: number;
  digest: Buffer;
  previous: Buffer;
  seal: Buffer;
  key_id: string;
}

/** Seals that are read at once. */
const page = 200;
/** Faults after which it is plain that the trail isn't what it was. */
const enough = 20;

/**
 * Reads the whole trail and every seal, computes them anew, and compares. What it reads is one state of the database,
 * however long it takes.
 * @param head an earlier answer's `head` that has to be in the chain
 */
export function verifyAuditTrail(knex: Knex, secretKey: string, head: string | null = null): Promise<Verification> {
  return knex.transaction(
    async (trx) => {
      await trx.raw('SET LOCAL statement_timeout = 0');
      const check = new Check(trx, sealingKey(secretKey), head);
      return check.run();
    },
    { isolationLevel: 'repeatable read', readOnly: true },
  );
}

class Check {
  readonly #trx: Knex;
  readonly #key: Buffer;
  readonly #expected: { number: number; seal: string } | null;
  readonly #faults: string[] = [];
  #last: (Block & { seal: Buffer }) | null = null;
  #blocks = 0;
  #entries = 0;
  #cut = false;
  #metExpected = false;

  constructor(trx: Knex, key: Buffer, head: string | null) {
    this.#trx = trx;
    this.#key = key;
    const [number = '', seal = ''] = head?.split(':') ?? [];
    this.#expected = head === null ? null : { number: Number(number), seal };
  }

  async run(): Promise<Verification> {
    const begins = await this.#firstMonth();
    for (;;) {
      const rows: SealRow[] = await this.#trx('audit_seals')
        .where('number', '>', this.#last?.number ?? 0)
        .orderBy('number')
        .limit(page)
        .select('*', this.#trx.raw(`to_char(month, 'YYYY-MM-DD') AS month`));
      for (const row of rows) await this.#block(row, begins);
      if (rows.length < page || this.#faults.length >= enough) break;
    }
    const { sealed, unsealed } = await this.#count();
    if (this.#faults.length < enough && sealed !== this.#entries) {
      this.#faults.push(`${this.#entries} entries were sealed, but there are ${sealed} with their numbers.`);
    }
    if (this.#expected && !this.#metExpected) {
      this.#faults.push(`Seal ${this.#expected.number} that you know is not in the chain.`);
    }
    const head = this.#last && `${this.#last.number}:${this.#last.seal.toString('hex')}`;
    return {
      faults: this.#faults,
      blocks: this.#blocks,
      entries: this.#entries,
      unsealed,
      begins: begins?.slice(0, 7) ?? null,
      cut: this.#cut,
      head,
    };
  }

  async #block(row: SealRow, begins: string | null): Promise<void> {
    const block = {
      number: Number(row.number),
      afterId: Number(row.after_id),
      toId: Number(row.to_id),
      month: row.month,
      entries: row.entries,
      digest: row.digest,
      previous: row.previous,
      seal: row.seal,
    };
    const known = this.#expected;
    if (known?.number === block.number) this.#metExpected = known.seal === block.seal.toString('hex');
    this.#joins(block);
    if (row.key_id !== nameOfKey(this.#key)) this.#says(block, 'was sealed under another SECRET_KEY');
    else if (!sameSecret(sealOf(this.#key, block), block.seal)) this.#says(block, 'has a seal that is not ours');
    if (begins === null || block.month < begins) this.#cut = true;
    else await this.#holds(block);
    this.#last = block;
    this.#blocks += 1;
  }

  /** Whether a block goes on where the one before it ended. */
  #joins(block: Block): void {
    const last = this.#last;
    if (!last) {
      const isFirst = block.number === 1;
      if (!isFirst) this.#cut = true;
      if (isFirst && !(block.afterId === 0 && sameSecret(block.previous, chainBegins))) {
        this.#says(block, 'is no beginning');
      }
      return;
    }
    const sameSpan = block.afterId === last.afterId && block.toId === last.toId && block.month > last.month;
    const goesOn = block.afterId === last.toId && block.toId > last.toId;
    if (block.number !== last.number + 1 || !(sameSpan || goesOn) || !sameSecret(block.previous, last.seal)) {
      this.#says(block, `does not follow seal ${last.number}`);
    }
  }

  /** Whether the entries are those that were sealed. */
  async #holds(block: Block): Promise<void> {
    const contents = await readContent(this.#trx, block.afterId, block.toId);
    const content = contents.find(({ month }) => month === block.month);
    this.#entries += block.entries;
    if (!content || content.entries !== block.entries) {
      this.#says(block, `holds ${content?.entries ?? 0} entries where ${block.entries} were sealed`);
    } else if (!sameSecret(content.digest, block.digest)) this.#says(block, 'holds entries that were changed');
  }

  #says({ number, afterId, toId }: Block, what: string): void {
    this.#faults.push(`Seal ${number} (entries ${afterId + 1} to ${toId}) ${what}.`);
  }

  async #firstMonth(): Promise<string | null> {
    const { rows } = await this.#trx.raw<{ rows: [{ month: string | null }] }>(
      // A month without entries of its own is gone, unless its partition says that it merely had none.
      `SELECT to_char(min(month), 'YYYY-MM-DD') AS month FROM (SELECT DISTINCT month FROM audit_seals) AS sealed
        WHERE to_regclass(audit_month_name(month)) IS NOT NULL OR EXISTS (
          SELECT FROM audit_entries WHERE at >= audit_month_begins(month)
             AND at < audit_month_begins((month + interval '1 month')::date))`,
    );
    return rows[0].month;
  }

  async #count(): Promise<{ sealed: number; unsealed: number }> {
    const { rows } = await this.#trx.raw<{ rows: [{ sealed: string; unsealed: string }] }>(
      'SELECT count(*) FILTER (WHERE id <= ?) AS sealed, count(*) FILTER (WHERE id > ?) AS unsealed FROM audit_entries',
      [this.#last?.toId ?? 0, this.#last?.toId ?? 0],
    );
    return { sealed: Number(rows[0].sealed), unsealed: Number(rows[0].unsealed) };
  }
}
