import type { Knex } from 'knex';
import { ImportProblem } from '../problem.ts';
import type { Progress } from '../progress.ts';
import type { Tallies } from '../tally.ts';
import { writeRows } from '../write-rows.ts';
import type { Dump } from './dump.ts';
import type { Record } from './record.ts';

/** Under which the keys of this kind of file are remembered. */
export const source = 'inventree';

/** One dump on its way into the database, within its transaction. */
export interface Reading {
  readonly trx: Knex.Transaction;
  readonly dump: Dump;
  readonly tallies: Tallies;
  readonly progress: Progress;
}

/** The records of a model. @throws ImportProblem when one has no usable key */
export function recordsOf({ dump, tallies }: Reading, model: string): readonly Record[] {
  const records = dump.get(model) ?? [];
  if (records.some(({ key }) => key === 0)) throw new ImportProblem(model, 'a record has no whole number as its pk.');
  if (records.length > 0) tallies.of(model).read = records.length;
  return records;
}

/** Writes the rows of a model and counts what came of them. */
export async function write(
  { trx, tallies, progress }: Reading,
  model: string,
  table: string,
  rows: readonly { readonly record: Record; readonly row: globalThis.Record<string, unknown> }[],
  keep = false,
): Promise<void> {
  const records = new Map(rows.map(({ record, row }) => [row.id, record]));
  const written = await writeRows(
    {
      trx,
      table,
      nameOf: (row) => `${model} ${records.get(row.id)?.key}`,
      onStep: (count) => progress.step(count, model),
      keep,
    },
    rows.map(({ row }) => row),
  );
  const tally = tallies.of(model);
  tally.written += written;
  tally.unchanged += rows.length - written;
}
