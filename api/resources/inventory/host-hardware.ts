import { resource } from '../declaration.ts';
import { reference, text } from '../fields.ts';

export const hostHardware = resource('host_hardware', {
  role: 'host',
  area: 'inventory',
  anonymous: 'all',
  table: 'host_hardware',
  title: ['Host hardware', 'Host hardware'],
  plural: 'host_hardware',
  description: 'A model of machine that hosts are of.',
  fields: {
    name: text({ maxLength: 30 }),
    details: text({ maxLength: 120, blank: true }),
    host_type: reference('host_type', { nullable: true }),
  },
  label: "coalesce('[' || {host_type.name} || '] ', '') || {name}",
  hint: '{details}',
  search: ['name', 'host_type.name', 'details'],
  searchText: true,
  order: ['name'],
  rest: [
    { path: 'inventory/hosthardware', style: 'hyperlinked' },
    { path: 'inventory/hosthardwarebyid', style: 'ids' },
  ],
});
