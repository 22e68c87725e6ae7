import { resource } from '../declaration.ts';
import { text } from '../fields.ts';

export const building = resource('building', {
  role: 'location',
  area: 'inventory',
  anonymous: 'all',
  table: 'building',
  title: ['Building', 'Buildings'],
  description: 'A house that labs are in. Deleting it deletes its labs and racks, unless hosts still stand there.',
  fields: {
    code: text({ maxLength: 8, help: 'Short code that people know the building by.' }),
    comment: text({ maxLength: 30, blank: true, nullable: true }),
  },
  label: '{code}',
  search: ['code', 'comment'],
  order: ['code'],
  rest: [
    { path: 'inventory/building', style: 'hyperlinked' },
    { path: 'inventory/buildingbyid', style: 'ids' },
  ],
});
