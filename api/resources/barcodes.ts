import { createHash } from 'node:crypto';
import { Invalid } from '../store/refusals.ts';
import type { Action } from './declaration.ts';
import { type Field, text } from './fields.ts';

/** The most characters of a barcode. */
export const longestBarcode = 500;

/** What a row that can have a barcode keeps of it. */
export const barcodeFields: Readonly<Record<'barcode_data' | 'barcode_hash', Field>> = {
  barcode_data: text({ hidden: true, readOnly: true, blank: true }),
  barcode_hash: text({ maxLength: 128, readOnly: true, help: 'By which its barcode is found.' }),
};

/** The tables of rows that can have a barcode. */
const tables = ['part', 'stock_item', 'stock_location', 'supplier_part', 'manufacturer_part'] as const;

/** By which InvenTree finds a barcode; no secret. */
export const barcodeHash = (data: string): string => createHash('md5').update(data, 'utf8').digest('hex');

/** Gives a row of a resource a barcode that no other row has. */
export const linkBarcode = (resource: string): Action => ({
  label: 'Link a barcode',
  input: { barcode: text({ maxLength: longestBarcode }) },
  async run({ trx, before, update }, { barcode }) {
    const data = String(barcode);
    const hash = barcodeHash(data);
    // Two rows of different kinds can't share an index; those who link the same code take turns.
    await trx.raw('SELECT pg_advisory_xact_lock(40, hashtext(?))', [hash]);
    for (const table of tables) {
      const taken = await trx(table).where({ barcode_hash: hash }).first('id');
      if (taken) throw new Invalid({ error: ['Barcode matches existing item'] });
    }
    await update(resource, before?.id as number, { barcode_data: data, barcode_hash: hash });
    return { barcode_data: data, barcode_hash: hash };
  },
});

/** Takes its barcode from a row of a resource. */
export const unlinkBarcode = (resource: string): Action => ({
  label: 'Unlink its barcode',
  async run({ before, update }) {
    await update(resource, before?.id as number, { barcode_data: '', barcode_hash: '' });
    return {};
  },
});
