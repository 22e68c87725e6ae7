import { resource } from '../declaration.ts';
import { text } from '../fields.ts';

export const hostType = resource('host_type', {
  role: 'host',
  area: 'inventory',
  anonymous: 'all',
  table: 'host_type',
  title: ['Host type', 'Host types'],
  description: 'A kind of machine: server, switch, board.',
  fields: {
    name: text({ maxLength: 30 }),
    details: text({ maxLength: 120, blank: true }),
  },
  label: '{name}',
  search: ['name', 'details'],
  order: ['name'],
  rest: [
    { path: 'inventory/hosttype', style: 'hyperlinked' },
    { path: 'inventory/hosttypebyid', style: 'ids' },
  ],
});
