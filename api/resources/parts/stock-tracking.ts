import { Type } from 'typebox';
import { resource } from '../declaration.ts';
import { choice, computed, json, reference, text, timestamp } from '../fields.ts';
import { trackingTypes } from './tracking-types.ts';

const labelOfType = `CASE {tracking_type} ${Object.entries(trackingTypes)
  .map(([type, label]) => `WHEN ${type} THEN '${label}'`)
  .join(' ')} ELSE 'Stock changed' END`;

export const stockTracking = resource('stock_tracking', {
  role: 'stock',
  area: 'stock',
  table: 'stock_tracking',
  title: ['Stock history entry', 'Stock history'],
  plural: 'stock_tracking',
  description: 'What happened to stock items. Every change writes its entry; nobody else does.',
  fields: {
    item: reference('stock_item', { readOnly: true }),
    date: timestamp({ readOnly: true }),
    deltas: json(Type.Record(Type.String(), Type.Unknown()), {
      readOnly: true,
      help: 'The facts that changed, as they are since.',
    }),
    label: computed(text(), labelOfType),
    notes: text({ readOnly: true }),
    tracking_type: choice(Object.fromEntries(Object.entries(trackingTypes).map(([type, label]) => [type, label])), {
      readOnly: true,
    }),
    user: reference('user', { readOnly: true, nullable: true }),
  },
  label: "{label} || ' (' || {item.$label} || ')'",
  search: ['notes', 'item.part.name'],
  searchText: true,
  order: ['-date'],
  filters: {
    part: 'item.part',
    min_date: { path: 'date', match: 'gte' },
    max_date: { path: 'date', match: 'lte' },
  },
  rest: [
    {
      path: 'stock/track',
      style: 'pk',
      readOnlyFace: true,
      expand: {
        item_detail: {
          reference: 'item',
          spelling: 'stock',
          keys: ['part', 'quantity', 'serial', 'batch', 'location'],
        },
        user_detail: { reference: 'user', spelling: 'user', keys: ['username', 'first_name', 'last_name'] },
      },
    },
  ],
});
