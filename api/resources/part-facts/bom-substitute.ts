import { Invalid } from '../../store/refusals.ts';
import { type Change, resource } from '../declaration.ts';
import { reference } from '../fields.ts';
import { metadata, metadataAt } from '../metadata.ts';
import { partBrief } from '../parts/part-brief.ts';

/** Only a component stands in, and for another part. */
async function refuseUnfit({ trx, row }: Change): Promise<void> {
  const line = await trx('bom_item').where({ id: row.bom_item }).forShare().first('part_id', 'sub_part_id');
  if (line?.sub_part_id === row.part) {
    throw new Invalid({ part: ['Substitute part cannot be the same as the master part'] });
  }
  const part = await trx('part').where({ id: row.part }).forShare().first('component');
  if (part && !part.component) throw new Invalid({ part: ['This part is not a component.'] });
  const assembly = line && (await trx('part').where({ id: line.part_id }).forShare().first('locked'));
  if (assembly?.locked) throw new Invalid({ bom_item: ['The part that this is a line of is locked.'] });
}

export const bomSubstitute = resource('bom_substitute', {
  role: 'part',
  area: 'part',
  table: 'bom_substitute',
  modelName: 'bomitemsubstitute',
  title: ['BOM substitute', 'BOM substitutes'],
  description: 'A part that does in place of the one that a line of a bill of materials names.',
  fields: {
    bom_item: reference('bom_item', { help: 'The line.' }),
    part: reference('part', { help: 'What stands in.', options: { only: '{component}' } }),
    metadata,
  },
  label: "{part.name} || ' for ' || {bom_item.sub_part.name}",
  search: ['part.name', 'part.IPN', 'part.description'],
  order: ['bom_item', 'part.name'],
  constraints: {
    bom_substitute_identity: { field: null, says: 'The fields part, bom_item must make a unique set.' },
  },
  hooks: { beforeWrite: refuseUnfit },
  rest: [
    {
      path: 'bom/substitute',
      style: 'pk',
      bulk: ['delete'],
      expand: { part_detail: { reference: 'part', spelling: 'part', keys: partBrief, default: true } },
    },
    metadataAt('bomitemsubstitute', 'bom/substitute'),
  ],
});
