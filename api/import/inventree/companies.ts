import { KeyBook } from '../key-book.ts';
import { referred } from './places.ts';
import { type Reading, recordsOf, source, write } from './reading.ts';
import type { Record } from './record.ts';

const companies = 'company.company';
const makers = 'company.manufacturerpart';
const suppliers = 'company.supplierpart';

/** The records of companies, in the order in which they are read. */
export const companyModels = [companies, makers, suppliers];

/** Companies and what they call our parts. */
export async function readCompanies(
  reading: Reading,
  parts: KeyBook,
): Promise<{ companies: KeyBook; supplierParts: KeyBook }> {
  const book = await readThem(reading);
  const manufacturerParts = await readNumbers(reading, makers, 'manufacturer_part', (record) => ({
    part_id: required(record, 'part', 'part.part', parts),
    manufacturer_id: required(record, 'manufacturer', companies, book),
    mpn: record.textOr('MPN', 100, ''),
    description: record.textOr('description', 250, ''),
    link: record.textOr('link', 2000, ''),
  }));
  const supplierParts = await readNumbers(reading, suppliers, 'supplier_part', (record) => ({
    part_id: required(record, 'part', 'part.part', parts),
    supplier_id: required(record, 'supplier', companies, book),
    manufacturer_part_id: referred(record, 'manufacturer_part', makers, manufacturerParts),
    sku: record.text('SKU', 100),
    description: record.textOr('description', 250, ''),
    note: record.textOr('note', 100, ''),
    link: record.textOr('link', 2000, ''),
    packaging: record.textOr('packaging', 50, ''),
    pack_quantity: record.textOr('pack_quantity', 25, '') || '1',
    active: record.flag('active', true),
  }));
  return { companies: book, supplierParts };
}

async function readThem(reading: Reading): Promise<KeyBook> {
  const { trx } = reading;
  const book = await KeyBook.open(trx, source, companies, 'company');
  const here: { id: number; name: string; email: string }[] = await trx('company').select('id', 'name', 'email');
  const identity = (name: string, email: string) => JSON.stringify([name, email]);
  const alike = new Map(here.map(({ id, name, email }) => [identity(name, email), id]));
  const rows = recordsOf(reading, companies).map((record) => {
    const name = record.text('name', 100);
    const email = record.textOr('email', 254, '');
    const settled = book.settle(record.key, alike.get(identity(name, email)));
    if (!settled) return record.refuse('name', 'another company has this name and e-mail address.');
    alike.set(identity(name, email), settled.id);
    const row = {
      id: settled.id,
      name,
      email,
      description: record.textOr('description', 500, ''),
      website: record.textOr('website', 2000, ''),
      phone: record.textOr('phone', 50, ''),
      contact: record.textOr('contact', 100, ''),
      tax_id: record.textOr('tax_id', 50, ''),
      link: record.textOr('link', 2000, ''),
      notes: record.textOr('notes', 50_000, null),
      currency: record.textOr('currency', 3, '') || 'USD',
      active: record.flag('active', true),
      is_customer: record.flag('is_customer', false),
      is_supplier: record.flag('is_supplier', false),
      is_manufacturer: record.flag('is_manufacturer', false),
      metadata: record.object('metadata'),
    };
    return { record, row };
  });
  if (rows.length > 0) await write(reading, companies, 'company', rows);
  await addCustomers(reading, book);
  await book.close();
  return book;
}

/** Files of stock alone name their customers by number only; what was sold stays sold. */
async function addCustomers(reading: Reading, book: KeyBook): Promise<void> {
  const keys = recordsOf(reading, 'stock.stockitem').map((record) => record.reference('customer'));
  for (const key of new Set(keys)) {
    if (key === null || book.idOf(key) !== undefined) continue;
    const settled = book.settle(key);
    if (!settled) continue;
    await reading.trx('company').insert({
      id: settled.id,
      name: `Customer ${key}`,
      description: 'Known by its number only, from an import.',
      is_customer: true,
      is_supplier: false,
    });
  }
}

/** What companies call our parts. */
async function readNumbers(
  reading: Reading,
  model: string,
  table: string,
  facts: (record: Record) => globalThis.Record<string, unknown>,
): Promise<KeyBook> {
  const book = await KeyBook.open(reading.trx, source, model, table);
  const rows = recordsOf(reading, model).map((record) => {
    const settled = book.settle(record.key);
    if (!settled) return record.refuse(null, 'this key is taken.');
    const row = {
      id: settled.id,
      ...facts(record),
      notes: record.textOr('notes', 50_000, null),
      barcode_data: record.textOr('barcode_data', 500, ''),
      barcode_hash: record.textOr('barcode_hash', 128, ''),
      metadata: record.object('metadata'),
    };
    return { record, row };
  });
  if (rows.length > 0) await write(reading, model, table, rows);
  await book.close();
  return book;
}

const required = (record: Record, field: string, model: string, book: KeyBook): number =>
  referred(record, field, model, book) ?? record.refuse(field, `a ${model} is required.`);
