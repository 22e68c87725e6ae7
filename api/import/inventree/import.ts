import type { Knex } from 'knex';
import { atConsole, audit } from '../../../shared/audit.ts';
import type { Progress } from '../progress.ts';
import { Tallies } from '../tally.ts';
import { companyModels, readCompanies } from './companies.ts';
import { readDump } from './dump.ts';
import { readParts } from './parts.ts';
import { readPeople } from './people.ts';
import { derived, readCategories, readLocations } from './places.ts';
import type { Reading } from './reading.ts';
import { readStock } from './stock.ts';

const models = [
  'auth.group',
  'users.ruleset',
  'auth.user',
  'stock.stocklocation',
  'part.partcategory',
  'part.part',
  ...companyModels,
  'stock.stockitem',
  'stock.stockitemtracking',
];

/** Written to by nobody else meanwhile, so that keys and names that are free stay free. Reading goes on. */
const tables =
  'groups, rulesets, users, user_groups, stock_location, part_category, part, stock_item, stock_tracking, company, manufacturer_part, supplier_part, import_keys';

/**
 * Imports InvenTree's Django dump: all of it or, when anything is wrong, nothing.
 * @param json what `dumpdata` wrote, parsed
 * @throws ImportProblem saying where and why
 */
export async function importInventree(knex: Knex, json: unknown, progress: Progress): Promise<Tallies> {
  const dump = readDump(json);
  const tallies = new Tallies();
  progress.start(models.reduce((sum, model) => sum + (dump.get(model)?.length ?? 0), 0));
  await knex.transaction(async (trx) => {
    await trx.raw('SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0');
    await trx.raw(`LOCK TABLE ${tables} IN SHARE ROW EXCLUSIVE MODE`);
    const reading: Reading = { trx, dump, tallies, progress };
    const names = await readPeople(reading);
    const locations = await readLocations(reading);
    const categories = await readCategories(reading, locations);
    const parts = await readParts(reading, { categories, locations, names });
    const companies = await readCompanies(reading, parts);
    await readStock(reading, { parts, locations, names, ...companies });
    countOthers(reading);
    if (tallies.written === 0) return;
    const changes = Object.fromEntries([...tallies.models].map(([model, { written }]) => [model, { new: written }]));
    await audit(trx, atConsole, { action: 'import', resource: 'inventree', objectId: null, changes });
  });
  return tallies;
}

/** Says what was left: models that there is no place for, and fields of the others. */
function countOthers({ dump, tallies }: Reading): void {
  for (const [model, records] of dump) {
    if (models.includes(model)) {
      const left = new Set(records.flatMap((record) => record.leftOver()).filter((field) => !derived.has(field)));
      if (left.size > 0) tallies.remark(`Fields of ${model} without a place here: ${[...left].sort().join(', ')}.`);
    } else {
      const tally = tallies.of(model);
      tally.read = tally.skipped = records.length;
      tallies.remark(`There is no place here for ${model}.`);
    }
  }
}
