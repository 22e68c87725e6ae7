import { resource } from '../declaration.ts';
import { reference, text } from '../fields.ts';

export const card = resource('card', {
  role: 'host',
  area: 'inventory',
  anonymous: 'all',
  table: 'card',
  title: ['Card', 'Cards'],
  description: 'A card in a host, or a spare one when it has no host. It goes with its host when that is deleted.',
  fields: {
    details: text({ maxLength: 120, blank: true }),
    asset_no: text({ maxLength: 30, blank: true }),
    cardtype: reference('card_type'),
    host: reference('host', { nullable: true }),
  },
  label: "{cardtype.name} || ' : ' || {asset_no}",
  search: ['cardtype.name', 'details', 'asset_no', 'host.hostname'],
  searchText: true,
  order: [],
  filters: {
    lab: 'host.rack.lab',
    spare: { either: '{host} IS NULL', help: 'In no host.' },
  },
  rest: [
    { path: 'inventory/card', style: 'hyperlinked' },
    { path: 'inventory/cardbyid', style: 'ids' },
  ],
});
