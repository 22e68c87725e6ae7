import { resource } from '../declaration.ts';
import { network, reference, text } from '../fields.ts';

export const lab = resource('lab', {
  role: 'location',
  area: 'inventory',
  anonymous: 'all',
  table: 'lab',
  title: ['Lab', 'Labs'],
  description: 'A room with racks. Deleting it deletes its racks, unless hosts still stand in them.',
  fields: {
    name: text({ maxLength: 30 }),
    comment: text({ maxLength: 30, blank: true, nullable: true }),
    network: network({ nullable: true, help: 'Addresses of this lab, such as 192.168.0.0/24.' }),
    building: reference('building'),
  },
  label: "{building.code} || '/' || {name}",
  search: ['name', 'building.code', 'comment', 'network'],
  order: ['building.code', 'name'],
  filters: {
    address: { sql: '{network} >>= {value}', type: 'address', help: 'Labs whose network contains this address.' },
  },
  rest: [
    { path: 'inventory/lab', style: 'hyperlinked' },
    { path: 'inventory/labbyid', style: 'ids' },
  ],
});
