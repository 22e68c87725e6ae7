import { resource } from '../declaration.ts';
import { reference, text } from '../fields.ts';
import { partBrief } from '../parts/part-brief.ts';

export const relatedPart = resource('related_part', {
  role: 'part',
  area: 'part',
  table: 'related_part',
  modelName: 'partrelated',
  title: ['Related part', 'Related parts'],
  description: 'Two parts that have to do with each other.',
  fields: {
    part_1: reference('part'),
    part_2: reference('part'),
    note: text({ maxLength: 500, blank: true }),
  },
  label: "{part_1.name} || ' – ' || {part_2.name}",
  search: ['part_1.name', 'part_2.name', 'note'],
  order: ['id'],
  filters: { part: { sql: '({part_1} = {value} OR {part_2} = {value})', type: 'reference' } },
  constraints: {
    related_part_identity: { field: null, says: 'Duplicate relationship already exists' },
    related_part_not_itself: { field: null, says: 'Part relationship cannot be created between a part and itself' },
  },
  rest: [
    {
      path: 'part/related',
      style: 'pk',
      bulk: ['delete'],
      expand: {
        part_1_detail: { reference: 'part_1', spelling: 'part', keys: partBrief, default: true },
        part_2_detail: { reference: 'part_2', spelling: 'part', keys: partBrief, default: true },
      },
    },
  ],
});
