import { inDependencyOrder } from '../dependency-order.ts';
import { KeyBook } from '../key-book.ts';
import type { Names } from './people.ts';
import { referred } from './places.ts';
import { type Reading, recordsOf, source, write } from './reading.ts';
import type { Record } from './record.ts';

const model = 'part.part';

export async function readParts(
  reading: Reading,
  { categories, locations, names }: { categories: KeyBook; locations: KeyBook; names: Names },
): Promise<KeyBook> {
  const { trx } = reading;
  const book = await KeyBook.open(trx, source, model, 'part');
  const here: { id: number; name: string; ipn: string; revision: string }[] = await trx('part').select(
    'id',
    'name',
    'ipn',
    'revision',
  );
  const alike = new Map(here.map((row) => [identity(row), row.id]));
  const ordered = inDependencyOrder(
    recordsOf(reading, model),
    (record) => [record.reference('variant_of'), record.reference('revision_of')],
    (record) => record.refuse('variant_of', 'it is a variant or revision of itself.'),
  );
  const rows = ordered.map((record) => {
    const named = {
      name: record.text('name', 100),
      ipn: record.textOr('IPN', 100, ''),
      revision: record.textOr('revision', 100, ''),
    };
    const settled = book.settle(record.key, alike.get(identity(named)));
    if (!settled) return record.refuse(null, 'name, IPN and revision must make a unique set.');
    alike.set(identity(named), settled.id);
    const row = {
      id: settled.id,
      ...named,
      ...factsOf(record),
      category_id: referred(record, 'category', 'part.partcategory', categories),
      default_location_id: referred(record, 'default_location', 'stock.stocklocation', locations),
      variant_of_id: referred(record, 'variant_of', model, book),
      revision_of_id: referred(record, 'revision_of', model, book),
      creation_user_id: names.person(record, 'creation_user'),
    };
    return { record, row };
  });
  await write(reading, model, 'part', rows);
  await book.close();
  return book;
}

const identity = ({ name, ipn, revision }: { name: string; ipn: string; revision: string }): string =>
  JSON.stringify([name, ipn, revision]);

const factsOf = (record: Record) => ({
  description: record.textOr('description', 250, ''),
  keywords: record.textOr('keywords', 250, null),
  notes: record.textOr('notes', 50_000, null),
  link: record.textOr('link', 2000, ''),
  units: record.textOr('units', 20, ''),
  image: record.textOr('image', 500, null),
  default_expiry: record.integer('default_expiry', 0),
  minimum_stock: record.decimal('minimum_stock', 13) ?? '0',
  maximum_stock: record.decimal('maximum_stock', 13) ?? '0',
  active: record.flag('active', true),
  assembly: record.flag('assembly', false),
  component: record.flag('component', true),
  consumable: record.flag('consumable', false),
  is_template: record.flag('is_template', false),
  locked: record.flag('locked', false),
  purchaseable: record.flag('purchaseable', true),
  salable: record.flag('salable', false),
  testable: record.flag('testable', false),
  trackable: record.flag('trackable', false),
  virtual: record.flag('virtual', false),
  creation_date: record.day('creation_date'),
  barcode_data: record.textOr('barcode_data', 500, ''),
  barcode_hash: record.textOr('barcode_hash', 128, ''),
  metadata: record.object('metadata'),
});
