import { resource } from '../declaration.ts';
import { text } from '../fields.ts';

export const cardType = resource('card_type', {
  role: 'host',
  area: 'inventory',
  anonymous: 'all',
  table: 'card_type',
  title: ['Card type', 'Card types'],
  description: 'A kind of card: graphics, RAID, network.',
  fields: {
    name: text({ maxLength: 30 }),
    comments: text({ maxLength: 120, blank: true }),
  },
  label: '{name}',
  search: ['name', 'comments'],
  order: ['name'],
  rest: [
    { path: 'inventory/cardtype', style: 'hyperlinked' },
    { path: 'inventory/cardtypebyid', style: 'ids' },
  ],
});
