import { Type } from 'typebox';
import { Invalid } from '../../store/refusals.ts';
import { type Change, resource } from '../declaration.ts';
import { boolean, computed, decimal, json, reference, text } from '../fields.ts';
import { metadata, metadataAt } from '../metadata.ts';
import { partBrief } from '../parts/part-brief.ts';

/** Only assemblies are made of parts, and only of components. */
async function refuseWrongKinds({ trx, row, before }: Change): Promise<void> {
  for (const [field, flag, says] of [
    ['part', 'assembly', 'This part is not an assembly.'],
    ['sub_part', 'component', 'This part is not a component.'],
  ] as const) {
    if (row[field] === before?.[field]) continue;
    const part = await trx('part').where({ id: row[field] }).forShare().first(flag, 'locked');
    if (part && !part[flag]) throw new Invalid({ [field]: [says] });
    if (part?.locked && field === 'part') throw new Invalid({ part: ['This part is locked.'] });
  }
}

export const bomItem = resource('bom_item', {
  role: 'part',
  area: 'part',
  table: 'bom_item',
  title: ['BOM item', 'BOM items'],
  description: 'How many of one part go into another: a line of its bill of materials.',
  fields: {
    part: reference('part', { help: 'The assembly.' }),
    sub_part: reference('part', { help: 'What goes into it.' }),
    quantity: decimal({ minimum: 0, maximum: 9_999_999_999 }),
    reference: text({ maxLength: 5000, blank: true, help: 'Where in the assembly: R1, R2.' }),
    note: text({ maxLength: 500, blank: true }),
    allow_variants: boolean({ default: false }),
    inherited: boolean({ default: false, help: 'Also of the variants of the assembly.' }),
    optional: boolean({ default: false }),
    consumable: boolean({ default: false }),
    validated: boolean({ default: false }),
    available_stock: computed(decimal(), '{sub_part.in_stock}'),
    available_variant_stock: computed(decimal(), '{sub_part.variant_stock}'),
    available_substitute_stock: computed(
      decimal({ help: 'Stock of what may stand in.' }),
      `(SELECT coalesce(sum(si.quantity), 0) FROM bom_substitute AS bs JOIN stock_item AS si ON si.part_id = bs.part_id
        WHERE bs.bom_item_id = {id} AND si.in_stock)`,
    ),
    external_stock: computed(decimal(), '{sub_part.external_stock}'),
    on_order: computed(decimal({ help: 'Always 0: purchases are not kept here.' }), '0::numeric'),
    building: computed(decimal({ help: 'Always 0: builds are not kept here.' }), '0::numeric'),
    can_build: computed(
      decimal({
        help: 'How many assemblies the stock of it, of what may stand in, and of variants where allowed would do for.',
      }),
      'CASE WHEN {quantity} > 0 THEN trunc(bom_item_stock({id}) / {quantity}) ELSE 0 END',
    ),
    substitutes: computed(
      json(Type.Array(Type.Unknown()), { aside: true, help: 'What may stand in.' }),
      `(SELECT coalesce(json_agg(json_build_object('pk', bs.id, 'bom_item', bs.bom_item_id, 'part', bs.part_id) ORDER BY bs.id), '[]')
        FROM bom_substitute AS bs WHERE bs.bom_item_id = {id})`,
    ),
    metadata,
  },
  label: "{part.name} || ': ' || trim_scale({quantity}) || ' × ' || {sub_part.name}",
  search: ['reference', 'sub_part.name', 'sub_part.description', 'sub_part.IPN', 'part.name', 'part.IPN', 'note'],
  searchText: true,
  order: ['part', 'sub_part.name'],
  orderings: { sub_part: 'sub_part.name', IPN: 'sub_part.IPN' },
  filters: {
    part: {
      sql: `({part} = {value} OR ({inherited} AND {value} IN (SELECT part_variants({part}))))`,
      type: 'reference',
      unless: { parameter: 'include_inherited', sql: '{part} = {value}' },
    },
    uses: 'sub_part',
    available_stock: { either: '{sub_part.in_stock} > 0' },
    part_active: 'part.active',
    part_trackable: 'part.trackable',
    sub_part_assembly: 'sub_part.assembly',
    sub_part_trackable: 'sub_part.trackable',
  },
  constraints: {
    bom_item_no_circle: { field: 'sub_part', says: 'A part can not be made of itself.' },
  },
  hooks: { beforeWrite: refuseWrongKinds },
  rest: [
    {
      path: 'bom',
      style: 'pk',
      bulk: ['delete'],
      expand: {
        part_detail: { reference: 'part', spelling: 'part', keys: partBrief },
        sub_part_detail: { reference: 'sub_part', spelling: 'part', keys: partBrief, default: true },
        substitutes: { field: 'substitutes', default: true },
      },
    },
    metadataAt('bomitem', 'bom'),
  ],
});
