import { Invalid } from '../../../store/refusals.ts';
import type { Declaration, ListChange, Row } from '../../declaration.ts';
import { boolean, decimal, type Field, reference, text } from '../../fields.ts';
import { stockStatus } from '../stock-status.ts';
import { type Amount, amountNumber, amountOf, givenAmount } from './amount.ts';
import { mergeItems } from './merging.ts';
import { type Doing, entry, refuseMoreThanThere, refuseNotInStock, setAmount, setApart, told } from './moving.ts';

const quantity = decimal({ minimum: 0, maximum: 9_999_999_999, example: 2 });
const notes = text({ maxLength: 10_000, blank: true, default: '', help: 'What the history says about it.' });
const location = reference('stock_location', { help: 'Where it goes.' });
/** Facts that may be set on the way. */
const facts = {
  batch: text({ maxLength: 100, nullable: true, blank: true }),
  packaging: text({ maxLength: 50, nullable: true, blank: true }),
  status: stockStatus({ nullable: true }),
} satisfies Record<string, Field>;

const doing = (action: string, input: Row): Doing => ({ action, notes: String(input.notes ?? input.note ?? '') });

/** The facts that were said of an item, as values to write. */
const saidFacts = (said: Row): Row =>
  Object.fromEntries(
    Object.keys(facts).flatMap((name) =>
      said[name] === undefined || (name === 'status' && said[name] === null) ? [] : [[name, said[name]]],
    ),
  );

type Told = ReturnType<typeof told>;
type Item = ListChange['items'][number];

/** Does something to one item after the other; answers what has become of each. */
async function each(change: ListChange, act: (item: Item) => Promise<Told>): Promise<{ items: Told[] }> {
  const items: Told[] = [];
  for (const item of change.items) items.push(await act(item));
  return { items };
}

const positive = ({ said }: Item): Amount => givenAmount(said.quantity, { field: 'items', zero: false });

/** An item with a serial number is one, or none. */
function refuseMoreThanOne(row: Row, amount: Amount): void {
  if (row.serial !== null && amountNumber(amount) !== 0 && amountNumber(amount) !== 1) {
    throw new Invalid({ items: [`Stock item ${row.id} has a serial number: there is one of it, or none.`] });
  }
}

/** What is done to several stock items at once: all of it, or nothing. */
export const stockListActions: NonNullable<Declaration['listActions']> = {
  count: {
    label: 'Count',
    items: { key: 'pk', said: { quantity, ...facts } },
    input: { notes, location: reference('stock_location', { nullable: true, help: 'Where it was found.' }) },
    run: (change, input) =>
      each(change, async ({ row, said }) => {
        const amount = givenAmount(said.quantity, { field: 'items', zero: true });
        refuseMoreThanOne(row, amount);
        const found = input.location ? { location: input.location } : {};
        const values = { ...saidFacts(said), ...found, stocktake_date: new Date().toISOString().slice(0, 10) };
        const deltas = { quantity: amountNumber(amount), ...found };
        await setAmount(change, row, amount, values, entry(doing('count', input), 10, deltas));
        return told(row.id as number, amount);
      }),
  },
  add: {
    label: 'Add',
    items: { key: 'pk', said: { quantity, ...facts } },
    input: { notes },
    run: (change, input) =>
      each(change, async (item) => {
        const { row, said } = item;
        const added = positive(item);
        const amount = amountOf(row) + added;
        refuseMoreThanOne(row, amount);
        const deltas = { added: amountNumber(added), quantity: amountNumber(amount) };
        await setAmount(change, row, amount, saidFacts(said), entry(doing('add', input), 11, deltas));
        return told(row.id as number, amount);
      }),
  },
  remove: {
    label: 'Remove',
    items: { key: 'pk', said: { quantity, ...facts } },
    input: { notes },
    run: (change, input) =>
      each(change, async (item) => {
        const { row, said } = item;
        const removed = positive(item);
        refuseMoreThanThere(row, removed);
        const amount = amountOf(row) - removed;
        const deltas = { removed: amountNumber(removed), quantity: amountNumber(amount) };
        await setAmount(change, row, amount, saidFacts(said), entry(doing('remove', input), 12, deltas));
        return told(row.id as number, amount);
      }),
  },
  transfer: {
    label: 'Transfer',
    items: { key: 'pk', said: { quantity, ...facts } },
    input: { location, notes },
    run: (change, input) =>
      each(change, async (item) => {
        refuseNotInStock(item.row);
        const amount = positive(item);
        const values = { location: input.location, ...saidFacts(item.said) };
        const row = await setApart(change, item.row, amount, doing('transfer', input));
        const id = row.id as number;
        if (row.location !== input.location || Object.keys(values).length > 1) {
          const deltas = { location: input.location, quantity: amountNumber(amount) };
          await change.update('stock_item', id, values, entry(doing('transfer', input), 20, deltas));
        }
        return told(id, amount);
      }),
  },
  assign: {
    label: 'Assign to a customer',
    items: { key: 'item' },
    input: { customer: reference('company'), notes },
    async run(change, input) {
      const customer = await change.trx('company').where({ id: input.customer }).first('is_customer');
      if (customer && !customer.is_customer) throw new Invalid({ customer: ['This company is not a customer.'] });
      return each(change, async ({ row }) => {
        refuseNotInStock(row);
        const values = { customer: input.customer, location: null };
        const id = row.id as number;
        await change.update('stock_item', id, values, entry(doing('assign', input), 100, { customer: input.customer }));
        return told(id, amountOf(row));
      });
    },
  },
  change_status: {
    label: 'Change the status',
    items: { key: null },
    input: { status: stockStatus(), note: notes },
    run: (change, input) =>
      each(change, async ({ row }) => {
        const { status } = input;
        const id = row.id as number;
        if (row.status !== status) {
          await change.update('stock_item', id, { status }, entry(doing('change_status', input), 25, { status }));
        }
        return told(id, amountOf(row));
      }),
  },
  merge: {
    label: 'Merge',
    items: { key: 'item' },
    input: {
      location,
      notes,
      allow_mismatched_suppliers: boolean({ default: false }),
      allow_mismatched_status: boolean({ default: false }),
    },
    run: (change, input) => mergeItems(change, input, doing('merge', input)),
  },
  return: {
    label: 'Return to stock',
    items: { key: 'pk', said: { quantity: { ...quantity, nullable: true }, status: stockStatus({ nullable: true }) } },
    input: { location, notes },
    run: (change, input) =>
      each(change, async (item) => {
        if (item.row.in_stock) throw new Invalid({ items: [`Stock item ${item.row.id} is in stock already.`] });
        const amount = item.said.quantity == null ? amountOf(item.row) : positive(item);
        const row = await setApart(change, item.row, amount, doing('return', input));
        const id = row.id as number;
        const away = { customer: null, belongs_to: null, consumed_by: null, sales_order: null };
        const values = { ...away, location: input.location, ...saidFacts(item.said) };
        const type = item.row.customer === null ? 15 : 105;
        const deltas = { location: input.location, quantity: amountNumber(amount) };
        await change.update('stock_item', id, values, entry(doing('return', input), type, deltas));
        return told(id, amount);
      }),
  },
};
