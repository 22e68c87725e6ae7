import { inDependencyOrder } from '../dependency-order.ts';
import { KeyBook } from '../key-book.ts';
import type { Names } from './people.ts';
import { referred } from './places.ts';
import { type Reading, recordsOf, source, write } from './reading.ts';
import type { Record } from './record.ts';

const items = 'stock.stockitem';
const entries = 'stock.stockitemtracking';

/** What stock refers to. */
interface Books {
  readonly parts: KeyBook;
  readonly locations: KeyBook;
  readonly companies: KeyBook;
  readonly supplierParts: KeyBook;
}

/** Stock and its history. */
export async function readStock(
  reading: Reading,
  { parts, locations, names, ...books }: Books & { names: Names },
): Promise<void> {
  const stock = await readItems(reading, { parts, locations, ...books });
  await readEntries(reading, { parts, locations, stock, names });
}

async function readItems(reading: Reading, { parts, locations, companies, supplierParts }: Books): Promise<KeyBook> {
  const { trx } = reading;
  const book = await KeyBook.open(trx, source, items, 'stock_item');
  const here: { id: number; part_id: number; serial: string }[] = await trx('stock_item')
    .whereNotNull('serial')
    .select('id', 'part_id', 'serial');
  const alike = new Map(here.map(({ id, part_id, serial }) => [`${part_id} ${serial}`, id]));
  const ordered = inDependencyOrder(
    recordsOf(reading, items),
    (record) => [record.reference('parent'), record.reference('belongs_to')],
    (record) => record.refuse('belongs_to', 'it is installed in, or split from, itself.'),
  );
  const rows = ordered.map((record) => {
    const part = referred(record, 'part', 'part.part', parts) ?? record.refuse('part', 'a part is required.');
    const serial = record.textOr('serial', 100, '') || null;
    const settled = book.settle(record.key, serial === null ? undefined : alike.get(`${part} ${serial}`));
    if (!settled) return record.refuse('serial', 'another item of this part has this serial number.');
    if (serial !== null) alike.set(`${part} ${serial}`, settled.id);
    const row = {
      id: settled.id,
      part_id: part,
      serial,
      ...factsOf(record),
      location_id: referred(record, 'location', 'stock.stocklocation', locations),
      parent_id: referred(record, 'parent', items, book),
      belongs_to_id: referred(record, 'belongs_to', items, book),
      customer: referred(record, 'customer', 'company.company', companies),
      // A file of stock alone names suppliers' parts by numbers that lead nowhere.
      supplier_part: supplierParts.idOf(record.reference('supplier_part') ?? 0) ?? null,
    };
    return { record, row };
  });
  await write(reading, items, 'stock_item', rows);
  await book.close();
  return book;
}

const statuses: ReadonlySet<number> = new Set([10, 50, 55, 60, 65, 70, 75, 85]);

function statusOf(record: Record): number {
  const status = record.integer('status', 10);
  return statuses.has(status) ? status : record.refuse('status', `there is no status ${status}.`);
}

const factsOf = (record: Record) => ({
  quantity: record.decimal('quantity', 10) ?? record.refuse('quantity', 'a number is required.'),
  batch: record.textOr('batch', 100, null),
  status: statusOf(record),
  packaging: record.textOr('packaging', 50, null),
  link: record.textOr('link', 2000, ''),
  notes: record.textOr('notes', 50_000, null),
  expiry_date: record.day('expiry_date'),
  stocktake_date: record.day('stocktake_date'),
  delete_on_deplete: record.flag('delete_on_deplete', true),
  is_building: record.flag('is_building', false),
  purchase_price: record.decimal('purchase_price', 13),
  purchase_price_currency: record.textOr('purchase_price_currency', 3, '') || 'USD',
  build: record.reference('build'),
  consumed_by: record.reference('consumed_by'),
  purchase_order: record.reference('purchase_order'),
  sales_order: record.reference('sales_order'),
  creation_date: record.moment('creation_date'),
  updated: record.moment('updated'),
  barcode_data: record.textOr('barcode_data', 500, ''),
  barcode_hash: record.textOr('barcode_hash', 128, ''),
  metadata: record.object('metadata'),
});

async function readEntries(
  reading: Reading,
  books: { parts: KeyBook; locations: KeyBook; stock: KeyBook; names: Names },
): Promise<void> {
  const book = await KeyBook.open(reading.trx, source, entries, 'stock_tracking');
  const rows = recordsOf(reading, entries).map((record) => {
    const settled = book.settle(record.key);
    if (!settled) return record.refuse(null, 'this key is taken.');
    const row = {
      id: settled.id,
      item_id: referred(record, 'item', items, books.stock) ?? record.refuse('item', 'a stock item is required.'),
      tracking_type: record.integer('tracking_type', 0),
      date: record.moment('date') ?? record.refuse('date', 'a date is required.'),
      deltas: deltasOf(record, books),
      notes: record.textOr('notes', 100_000, ''),
      user_id: books.names.person(record, 'user'),
    };
    return { record, row };
  });
  await write(reading, entries, 'stock_tracking', rows);
  await book.close();
}

/** What changed, its keys told as they are here. */
function deltasOf(record: Record, books: { parts: KeyBook; locations: KeyBook; stock: KeyBook }) {
  const here = new Map([
    ['location', books.locations],
    ['part', books.parts],
    ['stockitem', books.stock],
  ]);
  return Object.fromEntries(
    Object.entries(record.object('deltas')).map(([name, value]) => {
      const id = typeof value === 'number' ? here.get(name)?.idOf(value) : undefined;
      return [name, id ?? value];
    }),
  );
}
