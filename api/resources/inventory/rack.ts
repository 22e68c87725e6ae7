import { resource } from '../declaration.ts';
import { integer, reference, text } from '../fields.ts';

export const rack = resource('rack', {
  role: 'location',
  area: 'inventory',
  anonymous: 'all',
  table: 'rack',
  title: ['Rack', 'Racks'],
  description:
    'A rack of a lab. Number 0 is the lab’s default rack: hosts seen on its network that have no place go there.',
  fields: {
    number: integer({ minimum: 0 }),
    comment: text({ maxLength: 30, blank: true, nullable: true }),
    lab: reference('lab'),
  },
  label: "{number} || ' in ' || {lab.building.code} || '/' || {lab.name}",
  search: ['number', 'lab.name', 'lab.building.code', 'comment'],
  order: ['lab.building.code', 'lab.name', 'number'],
  filters: { building: 'lab.building' },
  rest: [
    { path: 'inventory/rack', style: 'hyperlinked' },
    { path: 'inventory/rackbyid', style: 'ids' },
  ],
});
