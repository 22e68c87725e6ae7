import { resource } from '../declaration.ts';
import { boolean, computed, integer, text } from '../fields.ts';
import { metadata, metadataAt } from '../metadata.ts';

export const projectCode = resource('project_code', {
  role: 'admin',
  signedIn: ['view'],
  area: 'part',
  table: 'project_code',
  title: ['Project code', 'Project codes'],
  description: 'What projects are called for short.',
  fields: {
    code: text({ maxLength: 50, example: 'APOLLO' }),
    description: text({ maxLength: 200, blank: true }),
    responsible: computed(integer({ nullable: true, help: 'Always null: codes have no owners here.' }), 'NULL::int'),
    active: boolean({ default: true }),
    metadata,
  },
  label: '{code}',
  search: ['code', 'description'],
  order: ['code'],
  constraints: {
    project_code_code: { field: 'code', says: 'Project code with this Project Code already exists.' },
  },
  rest: [{ path: 'project-code', style: 'pk', bulk: ['delete'] }, metadataAt('projectcode', 'project-code')],
});
