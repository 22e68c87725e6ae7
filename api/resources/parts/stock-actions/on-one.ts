import { Invalid } from '../../../store/refusals.ts';
import type { Declaration } from '../../declaration.ts';
import { decimal, reference, text } from '../../fields.ts';
import { freeSerials } from '../stock-rules.ts';
import { amountNumber, amountOf, givenAmount, wholeOnes } from './amount.ts';
import { convert } from './convert.ts';
import { type Doing, entry, refuseMoreThanThere, refuseNotInStock, setAmount, setApart, splitFrom } from './moving.ts';

const note = text({ maxLength: 10_000, blank: true, default: '', help: 'What the history says about it.' });
const quantity = decimal({ minimum: 0, maximum: 9_999_999_999, default: '1' });

/** What is done to one stock item. */
export const stockActions: NonNullable<Declaration['actions']> = {
  convert,
  serialize: {
    label: 'Give serial numbers',
    makes: true,
    input: {
      quantity: decimal({ minimum: 0, maximum: 9_999_999_999, help: 'How many get one.', example: 2 }),
      serial_numbers: text({ maxLength: 10_000, help: '1005, 1006 or 10-15 or 10+5.', example: '1005,1006' }),
      destination: reference('stock_location', { nullable: true, help: 'Where they go; they stay when left out.' }),
      notes: note,
    },
    async run(change, input) {
      const row = change.before ?? {};
      const doing: Doing = { action: 'serialize', notes: String(input.notes) };
      if (row.serial !== null) throw new Invalid({ serial_numbers: ['This item has a serial number.'] });
      refuseNotInStock(row);
      const amount = givenAmount(input.quantity, { field: 'quantity', zero: false });
      const count = wholeOnes(amount);
      if (count === null) throw new Invalid({ quantity: ['A whole number is required.'] });
      refuseMoreThanThere(row, amount);
      const part = row.part as number;
      const serials = await freeSerials(change.trx, part, String(input.serial_numbers), count);
      const location = input.destination ?? row.location;
      const ids: number[] = [];
      for (const serial of serials) {
        const values = { ...splitFrom(row), location, serial, quantity: '1' };
        const made = await change.create(
          'stock_item',
          values,
          entry(doing, 6, { serial, location, stockitem: row.id }),
        );
        ids.push(made.id as number);
      }
      const left = amountOf(row) - amount;
      const deltas = { removed: amountNumber(amount), quantity: amountNumber(left) };
      await setAmount(change, row, left, {}, entry(doing, 13, deltas));
      return { ids };
    },
  },
  install: {
    label: 'Install another item in it',
    answersCreated: true,
    alsoLocks: ['stock_item'],
    input: { stock_item: reference('stock_item', { help: 'What is installed.' }), quantity, note },
    async run(change, input) {
      const into = change.before ?? {};
      const doing: Doing = { action: 'install', notes: String(input.note) };
      const item = await change.lock('stock_item', input.stock_item as number);
      if (!item) throw new Invalid({ stock_item: ['There is no such object.'] });
      if (item.id === into.id) throw new Invalid({ stock_item: ['An item can not be installed in itself.'] });
      refuseNotInStock(item);
      const amount = givenAmount(input.quantity, { field: 'quantity', zero: false });
      const part = await setApart(change, item, amount, doing);
      const count = amountNumber(amount);
      await change.update(
        'stock_item',
        part.id as number,
        { belongs_to: into.id, location: null },
        entry(doing, 30, { stockitem: into.id, quantity: count }),
      );
      await change.update(
        'stock_item',
        into.id as number,
        {},
        entry(doing, 35, { stockitem: part.id, quantity: count }),
      );
      return undefined;
    },
  },
  uninstall: {
    label: 'Take it out of what it is installed in',
    answersCreated: true,
    input: { location: reference('stock_location', { help: 'Where it goes.' }), note },
    async run(change, input) {
      const row = change.before ?? {};
      const doing: Doing = { action: 'uninstall', notes: String(input.note) };
      const from = row.belongs_to as number | null;
      if (from === null) throw new Invalid({ belongs_to: ['This item is not installed in another.'] });
      await change.update(
        'stock_item',
        row.id as number,
        { belongs_to: null, location: input.location },
        entry(doing, 31, { stockitem: from, location: input.location }),
      );
      const deltas = { stockitem: row.id, quantity: amountNumber(amountOf(row)) };
      await change.update('stock_item', from, {}, entry(doing, 36, deltas));
      return undefined;
    },
  },
};
