import { createHash } from 'node:crypto';
import { type Field, text } from './fields.ts';

/** The most characters of a barcode. */
export const longestBarcode = 500;

/** What a row that can have a barcode keeps of it. */
export const barcodeFields: Readonly<Record<'barcode_data' | 'barcode_hash', Field>> = {
  barcode_data: text({ hidden: true, readOnly: true, blank: true }),
  barcode_hash: text({ maxLength: 128, readOnly: true, help: 'By which its barcode is found.' }),
};

/** By which InvenTree finds a barcode; no secret. */
export const barcodeHash = (data: string): string => createHash('md5').update(data, 'utf8').digest('hex');
