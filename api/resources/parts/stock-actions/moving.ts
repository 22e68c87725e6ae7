import { Invalid } from '../../../store/refusals.ts';
import type { Change, ListChange, Occasion, Row } from '../../declaration.ts';
import { type Amount, amountNumber, amountOf, amountText } from './amount.ts';

/** What both kinds of action have in their hands. */
export type Writes = Pick<Change | ListChange, 'trx' | 'create' | 'update' | 'remove'>;

/** What is being done, in the words of the audit trail, and what the person wrote about it. */
export interface Doing {
  readonly action: string;
  readonly notes: string;
}

/** A write to stock as its history tells it: InvenTree's code for what happened, and the facts as they are since. */
export const entry = ({ action, notes }: Doing, type: number, deltas: Row): Occasion => ({
  action,
  facts: { entry: { type, deltas, notes } },
});

/** What an item that is split from another has of it. */
const inherited = [
  'part',
  'batch',
  'location',
  'belongs_to',
  'customer',
  'consumed_by',
  'sales_order',
  'purchase_order',
  'supplier_part',
  'build',
  'status',
  'packaging',
  'link',
  'notes',
  'expiry_date',
  'stocktake_date',
  'delete_on_deplete',
  'is_building',
  'purchase_price',
  'purchase_price_currency',
  'tags',
] as const;

/** The values of a new item that comes from another. */
export const splitFrom = (row: Row): Row => ({
  ...Object.fromEntries(inherited.map((name) => [name, row[name]])),
  parent: row.id,
});

/** An item as an answer shows what has become of it. */
export const told = (id: number, amount: Amount): { pk: number; quantity: number } => ({
  pk: id,
  quantity: amountNumber(amount),
});

/** Refuses what takes more of an item than there is. */
export function refuseMoreThanThere(row: Row, amount: Amount): void {
  const have = amountOf(row);
  if (amount <= have) return;
  throw new Invalid({
    items: [`Of stock item ${row.id} there is ${amountNumber(have)}, not ${amountNumber(amount)}.`],
  });
}

/** Refuses items that are installed, sold, used up or in the making: there is nothing of them to move. */
export function refuseNotInStock(row: Row): void {
  if (!row.in_stock) throw new Invalid({ items: [`Stock item ${row.id} is not in stock.`] });
}

/**
 * Takes an amount out of an item, so that it can go its own way.
 * @returns the item itself when that is all of it, else a new one; the amounts of both together are as before
 */
export async function setApart(writes: Writes, row: Row, amount: Amount, doing: Doing): Promise<Row> {
  refuseMoreThanThere(row, amount);
  const left = amountOf(row) - amount;
  if (left === 0n) return row;
  const quantity = amountNumber(amount);
  const made = await writes.create(
    'stock_item',
    { ...splitFrom(row), quantity: amountText(amount) },
    entry(doing, 40, { stockitem: row.id, location: row.location, quantity }),
  );
  await writes.update(
    'stock_item',
    row.id as number,
    { quantity: amountText(left) },
    entry(doing, 42, { stockitem: made.id, removed: quantity, quantity: amountNumber(left) }),
  );
  return made;
}

/** Sets how much there is of an item. One that is used up goes, when it is to and nothing is installed in it. */
export async function setAmount(
  writes: Writes,
  row: Row,
  amount: Amount,
  values: Row,
  occasion: Occasion,
): Promise<void> {
  const id = row.id as number;
  await writes.update('stock_item', id, { ...values, quantity: amountText(amount) }, occasion);
  // What has a serial number is remembered.
  if (amount > 0n || !row.delete_on_deplete || row.serial !== null) return;
  const [held] = await writes.trx('stock_item').where('belongs_to_id', id).limit(1).select('id');
  if (!held) await writes.remove('stock_item', id);
}
