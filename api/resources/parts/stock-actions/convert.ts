import type { Knex } from 'knex';
import { Invalid } from '../../../store/refusals.ts';
import type { Action, Row } from '../../declaration.ts';
import { reference, text } from '../../fields.ts';
import { type Doing, entry } from './moving.ts';

/** Makes stock of a part stock of another one of its family: of a variant, of its template, or of a sibling. */
export const convert: Action = {
  label: 'Convert to another variant',
  answersCreated: true,
  input: {
    part: reference('part', {
      help: 'A variant of its part, the template of that, or another variant of the template.',
    }),
    notes: text({ maxLength: 10_000, blank: true, default: '', help: 'What the history says about it.' }),
  },
  async run(change, input) {
    const row = change.before ?? {};
    const part = input.part as number;
    const doing: Doing = { action: 'convert', notes: String(input.notes) };
    if (row.supplier_part !== null) throw new Invalid({ part: ['Stock that came from a supplier stays what it is.'] });
    if (!(await isRelative(change.trx, row, part))) {
      throw new Invalid({ part: ['This is no active variant, template or sibling of its part.'] });
    }
    await change.update('stock_item', row.id as number, { part }, entry(doing, 48, { part }));
    return undefined;
  },
};

async function isRelative(trx: Knex.Transaction, { part: from }: Row, to: number): Promise<boolean> {
  const { rows } = await trx.raw<{ rows: unknown[] }>(
    `SELECT 1 FROM part AS found JOIN part AS own ON own.id = :from
      WHERE found.id = :to AND found.id <> own.id AND found.active
        AND (found.id IN (SELECT part_variants(own.id)) OR found.id = own.variant_of_id
             OR found.variant_of_id = own.variant_of_id)`,
    { from: from as number, to },
  );
  return rows.length > 0;
}
