import { Type } from 'typebox';
import { Forbidden, Invalid } from '../../store/refusals.ts';
import type { Change, Row } from '../declaration.ts';
import { boolean, type Field, json } from '../fields.ts';

const id = Type.Integer({ minimum: 1, maximum: 2_147_483_647 });
const idOrNone = Type.Optional(Type.Union([id, Type.Null()]));
const flag = Type.Optional(Type.Boolean());
const text = (maxLength: number) => Type.Optional(Type.String({ maxLength }));

/** Taken on create only, and stored elsewhere. */
const begin = { inputOnly: true, writeOnly: true, aside: true, nullable: true } as const;

/** What InvenTree's clients give along with a new part. */
export const partBeginnings: Readonly<Record<string, Field>> = {
  initial_stock: json(
    Type.Object({ quantity: Type.Number({ minimum: 0, maximum: 9_999_999_999 }), location: idOrNone }),
    { ...begin, help: 'Stock of it to begin with; takes the right to add stock.' },
  ),
  initial_supplier: json(Type.Object({ supplier: idOrNone, sku: text(100), manufacturer: idOrNone, mpn: text(100) }), {
    ...begin,
    help: 'Who makes and sells it: companies, and their numbers for it.',
  }),
  duplicate: json(
    Type.Object({ part: id, copy_bom: flag, copy_notes: flag, copy_parameters: flag, copy_tests: flag }),
    { ...begin, help: 'A part to copy from, and what of it.' },
  ),
  copy_category_parameters: boolean({
    ...begin,
    help: 'True: it gets the parameters of its category and those above, where these have usual values.',
  }),
};

/** After a part was made: what was given along with it. @throws Invalid, Forbidden */
export async function beginPart(change: Change): Promise<void> {
  const { kind, values } = change;
  if (kind !== 'create') return;
  if (values.duplicate) await copy(change, values.duplicate as Duplicate);
  if (values.copy_category_parameters) await takeCategoryParameters(change);
  if (values.initial_supplier) await beginSupply(change, values.initial_supplier as Supply);
  if (values.initial_stock) await beginStock(change, values.initial_stock as { quantity: number; location?: number });
}

async function beginStock(
  change: Change,
  { quantity, location = undefined }: { quantity: number; location?: number | null },
) {
  if (quantity === 0) return;
  if (!change.may('stock', 'add')) {
    throw new Forbidden('role', [], 'Only who may add stock gives initial_stock.');
  }
  if (location && !(await change.lock('stock_location', location))) {
    throw new Invalid({ initial_stock: ['There is no such location.'] });
  }
  await change.create('stock_item', { part: change.row.id, quantity: String(quantity), location: location ?? null });
}

interface Supply {
  supplier?: number | null;
  sku?: string;
  manufacturer?: number | null;
  mpn?: string;
}

async function beginSupply(change: Change, { supplier, sku = '', manufacturer, mpn = '' }: Supply): Promise<void> {
  for (const company of [supplier, manufacturer]) {
    if (company && !(await change.lock('company', company))) {
      throw new Invalid({ initial_supplier: ['There is no such company.'] });
    }
  }
  if (supplier && !sku) throw new Invalid({ initial_supplier: ['The supplier’s number for it (sku) is required.'] });
  const part = change.row.id;
  const made = manufacturer ? await change.create('manufacturer_part', { part, manufacturer, MPN: mpn }) : null;
  if (supplier) await change.create('supplier_part', { part, supplier, SKU: sku, manufacturer_part: made?.id ?? null });
}

async function takeCategoryParameters(change: Change): Promise<void> {
  const { trx, row } = change;
  if (!change.may('part_category', 'view')) {
    throw new Forbidden('role', [], 'Only who may view part categories takes over their parameters.');
  }
  const { rows } = await trx.raw<{ rows: { template_id: number; default_value: string }[] }>(
    `SELECT DISTINCT ON (cp.template_id) cp.template_id, cp.default_value
     FROM part_category AS here
       JOIN part_category AS above ON above.id = ANY (here.path)
       JOIN category_parameter AS cp ON cp.category_id = above.id AND cp.default_value <> ''
     WHERE here.id = ? AND NOT EXISTS (
       SELECT 1 FROM parameter AS p WHERE p.model_type = 'part' AND p.model_id = ? AND p.template_id = cp.template_id)
     ORDER BY cp.template_id, above.level DESC`,
    [(row.category ?? null) as number | null, row.id as number],
  );
  for (const { template_id: template, default_value: data } of rows) {
    await change.create('parameter', { model_type: 'part', model_id: row.id, template, data });
  }
}

interface Duplicate {
  part: number;
  copy_bom?: boolean;
  copy_notes?: boolean;
  copy_parameters?: boolean;
  copy_tests?: boolean;
}

/** What may be copied of a part, by the word for it: the resource, and which of its fields. */
const copied = {
  copy_bom: {
    resource: 'bom_item',
    where: { column: 'part_id', also: {} },
    fields: ['sub_part', 'quantity', 'reference', 'note', 'allow_variants', 'inherited', 'optional', 'consumable'],
    to: (part: unknown) => ({ part }),
  },
  copy_tests: {
    resource: 'test_template',
    where: { column: 'part_id', also: {} },
    fields: ['test_name', 'description', 'enabled', 'required', 'requires_value', 'requires_attachment', 'choices'],
    to: (part: unknown) => ({ part }),
  },
  copy_parameters: {
    resource: 'parameter',
    where: { column: 'model_id', also: { model_type: 'part' } },
    fields: ['template', 'data', 'note'],
    to: (part: unknown) => ({ model_type: 'part', model_id: part }),
  },
} as const;

async function copy(change: Change, wish: Duplicate): Promise<void> {
  const { trx, row } = change;
  if (!change.may('part', 'view')) throw new Forbidden('role', [], 'Only who may view parts copies from one.');
  const original = await change.lock('part', wish.part);
  if (!original) throw new Invalid({ duplicate: ['There is no such part.'] });
  if (wish.copy_notes) await change.update('part', row.id as number, { notes: original.notes });
  for (const [word, { resource, where, fields, to }] of Object.entries(copied)) {
    if (!wish[word as keyof typeof copied]) continue;
    const ids: number[] = await trx(resource)
      .where({ [where.column]: wish.part, ...where.also })
      .orderBy('id')
      .pluck('id');
    for (const id of ids) {
      const from = (await change.lock(resource, id)) ?? {};
      const values: Row = Object.fromEntries(fields.map((name) => [name, from[name]]));
      await change.create(resource, { ...values, ...to(row.id) });
    }
  }
}
