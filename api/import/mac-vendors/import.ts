import type { Knex } from 'knex';
import { atConsole, audit } from '../../../shared/audit.ts';
import type { Progress } from '../progress.ts';
import type { CsvRecord } from '../read-csv.ts';
import { Tallies } from '../tally.ts';
import { writeRows } from '../write-rows.ts';
import { readMacVendors } from './read.ts';

const model = 'MAC prefix';

/**
 * Imports a register of the IEEE, from which unknown devices get the names of their vendors. What other registers
 * brought stays.
 * @throws ImportProblem saying where and why
 */
export async function importMacVendors(
  knex: Knex,
  records: readonly CsvRecord[],
  progress: Progress,
): Promise<Tallies> {
  const rows = readMacVendors(records);
  const tallies = new Tallies();
  progress.start(rows.length);
  await knex.transaction(async (trx) => {
    await trx.raw('LOCK TABLE mac_vendor IN SHARE ROW EXCLUSIVE MODE');
    const nameOf = ({ prefix }: Readonly<Record<string, unknown>>) => `${model} ${prefix}`;
    const onStep = (count: number) => progress.step(count, model);
    const written = await writeRows({ trx, table: 'mac_vendor', key: 'prefix', nameOf, onStep }, rows);
    Object.assign(tallies.of(model), { read: records.length, written, unchanged: rows.length - written });
    tallies.of(model).skipped = records.length - rows.length;
    if (written === 0) return;
    const changes = { [model]: { new: written } };
    await audit(trx, atConsole, { action: 'import', resource: 'mac_vendor', objectId: null, changes });
  });
  return tallies;
}
