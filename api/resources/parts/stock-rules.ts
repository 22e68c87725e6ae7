import type { Knex } from 'knex';
import { same } from '../../store/changes.ts';
import { Invalid } from '../../store/refusals.ts';
import type { Change, Hooks, Row } from '../declaration.ts';
import { readSerialNumbers } from './serial-numbers.ts';
import { recordChange } from './track.ts';

interface PartFacts {
  virtual: boolean;
  trackable: boolean;
  default_expiry: number;
}

/** What stock of a part may be, and the history that every change leaves. */
export const stockHooks: Hooks = {
  async beforeWrite(change) {
    const { kind, values, row, before } = change;
    const part = await factsOf(change.trx, row.part as number);
    if (part?.virtual && differs(change, 'part')) {
      throw new Invalid({ part: ['A virtual part can not have stock.'] });
    }
    if (part && !part.trackable && row.serial && differs(change, 'serial')) {
      throw new Invalid({ serial: ['Stock of a part that is not trackable can not have a serial number.'] });
    }
    if (kind === 'create' && !change.occasion && part && part.default_expiry > 0 && !row.expiry_date) {
      values.expiry_date = daysFromNow(part.default_expiry);
    }
    if (kind === 'update' && Object.keys(values).some((name) => !sameFact(name, values[name], before?.[name]))) {
      values.updated = new Date();
    }
  },
  afterWrite: recordChange,
};

/** One create with `serial_numbers` makes one row of quantity 1 for each of them. */
export async function stockRows(values: Row, trx: Knex.Transaction): Promise<Row[]> {
  const { serial_numbers: text, ...item } = values;
  if (text === undefined || text === null || text === '') return [item];
  const serials = await freeSerials(trx, item.part as number, String(text), Number(item.quantity));
  return serials.map((serial) => ({ ...item, quantity: '1', serial }));
}

/** The serial numbers that a text means, if stock of the part may have them and none has. @throws Invalid */
export async function freeSerials(
  trx: Knex.Transaction,
  partId: number,
  text: string,
  quantity: number,
): Promise<readonly string[]> {
  const part = await factsOf(trx, partId);
  if (part && !part.trackable) {
    throw new Invalid({ serial_numbers: ['Stock of a part that is not trackable can not have serial numbers.'] });
  }
  const serials = readSerialNumbers(text, quantity);
  if (typeof serials === 'string') throw new Invalid({ serial_numbers: [serials] });
  const taken: { serial: string }[] = await trx('stock_item')
    .where({ part_id: partId })
    .whereIn('serial', serials)
    .select('serial');
  if (taken.length > 0) {
    const list = taken.map(({ serial }) => serial).join(', ');
    throw new Invalid({ serial_numbers: [`These serial numbers exist already: ${list}.`] });
  }
  return serials;
}

const differs = ({ before, row }: Change, name: string): boolean => !same(row[name], before?.[name]);

/** Amounts are the same however many zeros they end in. */
const sameFact = (name: string, a: unknown, b: unknown): boolean =>
  same(a, b) || (amounts.has(name) && a !== null && b !== null && Number(a) === Number(b));
const amounts: ReadonlySet<string> = new Set(['quantity', 'purchase_price']);

const daysFromNow = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

const factsOf = (trx: Knex.Transaction, part: number): Promise<PartFacts | undefined> =>
  trx('part').where({ id: part }).first('virtual', 'trackable', 'default_expiry');
