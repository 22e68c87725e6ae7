import { inDependencyOrder } from '../dependency-order.ts';
import { KeyBook } from '../key-book.ts';
import { type Reading, recordsOf, source, write } from './reading.ts';
import type { Record } from './record.ts';

/** Fields of a tree that follow from `parent`, and that Django keeps beside it. */
export const derived: ReadonlySet<string> = new Set(['lft', 'rght', 'tree_id', 'level', 'pathstring', 'serial_int']);

/** The id of the record that a field refers to. Refuses the file when there is none. */
export function referred(record: Record, field: string, model: string, book: KeyBook): number | null {
  const key = record.reference(field);
  if (key === null) return null;
  return book.idOf(key) ?? record.refuse(field, `there is no ${model} ${key}.`);
}

export async function readLocations(reading: Reading): Promise<KeyBook> {
  return readTree(reading, 'stock.stocklocation', 'stock_location', (record) => ({
    structural: record.flag('structural', false),
    external: record.flag('external', false),
    custom_icon: record.textOr('custom_icon', 100, ''),
    barcode_data: record.textOr('barcode_data', 500, ''),
    barcode_hash: record.textOr('barcode_hash', 128, ''),
  }));
}

export async function readCategories(reading: Reading, locations: KeyBook): Promise<KeyBook> {
  return readTree(reading, 'part.partcategory', 'part_category', (record) => ({
    structural: record.flag('structural', false),
    default_location_id: referred(record, 'default_location', 'stock.stocklocation', locations),
    default_keywords: record.textOr('default_keywords', 250, null),
    icon: record.textOr('icon', 100, ''),
  }));
}

async function readTree(
  reading: Reading,
  model: string,
  table: string,
  facts: (record: Record) => globalThis.Record<string, unknown>,
): Promise<KeyBook> {
  const { trx } = reading;
  const book = await KeyBook.open(trx, source, model, table);
  const here: { id: number; parent_id: number | null; name: string }[] = await trx(table).select(
    'id',
    'parent_id',
    'name',
  );
  const alike = new Map(here.map(({ id, parent_id, name }) => [`${parent_id ?? 0} ${name}`, id]));
  const ordered = inDependencyOrder(
    recordsOf(reading, model),
    (record) => [record.reference('parent')],
    (record) => record.refuse('parent', 'it lies below itself.'),
  );
  const rows = ordered.map((record) => {
    const name = record.text('name', 100);
    const parent = referred(record, 'parent', model, book);
    const settled = book.settle(record.key, alike.get(`${parent ?? 0} ${name}`));
    if (!settled) return record.refuse('name', 'another one under the same parent has this name.');
    alike.set(`${parent ?? 0} ${name}`, settled.id);
    const row = {
      id: settled.id,
      name,
      parent_id: parent,
      description: record.textOr('description', 250, ''),
      metadata: record.object('metadata'),
      ...facts(record),
    };
    return { record, row };
  });
  await write(reading, model, table, rows);
  await book.close();
  return book;
}
