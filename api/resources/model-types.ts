import { Invalid } from '../store/refusals.ts';
import type { Change } from './declaration.ts';
import { choice, type Field, integer } from './fields.ts';

/** The kinds of row that others hang on by kind and number: InvenTree's words, and the resources behind them. */
export const modelTypes = {
  part: 'part',
  stockitem: 'stock_item',
  company: 'company',
  supplierpart: 'supplier_part',
  manufacturerpart: 'manufacturer_part',
} as const;

const labels = {
  part: 'Part',
  stockitem: 'Stock item',
  company: 'Company',
  supplierpart: 'Supplier part',
  manufacturerpart: 'Manufacturer part',
} satisfies Record<keyof typeof modelTypes, string>;

/** A kind of row; also taken as InvenTree's newer clients write it: `part.part`. */
export const modelType = (options: Parameters<typeof choice>[1] = {}): Field => ({
  ...choice(labels, options),
  alsoWritten: (raw) => (typeof raw === 'string' ? raw.toLowerCase().replace(/^(part|stock|company)\./, '') : raw),
});

/** The two fields by which something hangs on a row of any kind. */
export const hangsOn: Readonly<Record<'model_type' | 'model_id', Field>> = {
  model_type: modelType(),
  model_id: integer({ minimum: 1, help: 'The number of the row that it belongs to.' }),
};

/** Refuses what would hang on a row that is not there; keeps that row where it is until this is written. */
export async function refuseHangingOnNothing(change: Change): Promise<void> {
  const { row, before } = change;
  if (row.model_type === before?.model_type && row.model_id === before?.model_id) return;
  const resource = modelTypes[row.model_type as keyof typeof modelTypes];
  const there = await change.trx(resource).where({ id: row.model_id }).forKeyShare().first('id');
  if (!there) throw new Invalid({ model_id: ['There is no such object.'] });
}
