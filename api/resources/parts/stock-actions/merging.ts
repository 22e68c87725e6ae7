import { Invalid } from '../../../store/refusals.ts';
import type { ListChange, Row } from '../../declaration.ts';
import { amountNumber, amountOf, amountText } from './amount.ts';
import { type Doing, entry, refuseNotInStock, told } from './moving.ts';

/** Makes one item of several: the first takes in the others, which are no more. */
export async function mergeItems(change: ListChange, input: Row, doing: Doing): Promise<Row> {
  const [base, ...others] = change.items.map(({ row }) => row);
  if (!base || others.length === 0) throw new Invalid({ items: ['It takes at least two items to merge.'] });
  const ids = others.map(({ id }) => id as number);
  refuseUnlike(base, others, input);
  const [held] = await change.trx('stock_item').whereIn('belongs_to_id', ids).limit(1).select('belongs_to_id');
  if (held) throw new Invalid({ items: [`Stock item ${held.belongs_to_id} has others installed in it.`] });

  const added = others.reduce((sum, row) => sum + amountOf(row), 0n);
  const amount = amountOf(base) + added;
  await change.trx('stock_item').whereIn('parent_id', ids).whereNot({ id: base.id }).update({ parent_id: base.id });
  for (const id of ids) await change.remove('stock_item', id);
  await change.update(
    'stock_item',
    base.id as number,
    { quantity: amountText(amount), location: input.location },
    entry(doing, 45, { location: input.location, added: amountNumber(added), quantity: amountNumber(amount) }),
  );
  return { items: [told(base.id as number, amount)] };
}

function refuseUnlike(base: Row, others: readonly Row[], input: Row): void {
  for (const row of [base, ...others]) {
    refuseNotInStock(row);
    const wrong =
      row.serial !== null
        ? 'has a serial number'
        : row.part !== base.part
          ? 'is of another part'
          : row.supplier_part !== base.supplier_part && !input.allow_mismatched_suppliers
            ? 'is of another supplier part'
            : row.status !== base.status && !input.allow_mismatched_status
              ? 'has another status'
              : null;
    if (wrong) throw new Invalid({ items: [`Stock item ${row.id} ${wrong}.`] });
  }
}
