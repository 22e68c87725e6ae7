import { resource } from '../declaration.ts';
import { text } from '../fields.ts';

export const hdVendor = resource('hd_vendor', {
  role: 'host',
  area: 'inventory',
  anonymous: 'all',
  table: 'hd_vendor',
  title: ['Disk vendor', 'Disk vendors'],
  description: 'Who made the disks of a host.',
  fields: { vendor: text({ maxLength: 30 }) },
  label: '{vendor}',
  search: ['vendor'],
  order: ['vendor'],
  rest: [
    { path: 'inventory/hdvendor', style: 'hyperlinked' },
    { path: 'inventory/hdvendorbyid', style: 'ids' },
  ],
});
