import { resource } from '../declaration.ts';
import { computed, reference, text } from '../fields.ts';
import { metadata, metadataAt } from '../metadata.ts';

export const contact = resource('company_contact', {
  role: 'part',
  area: 'part',
  table: 'company_contact',
  modelName: 'contact',
  title: ['Contact', 'Contacts'],
  description: 'Whom to ask at a company.',
  fields: {
    company: reference('company'),
    company_name: computed(text(), '{company.name}'),
    name: text({ maxLength: 100, example: 'Ada Lovelace' }),
    phone: text({ maxLength: 100, blank: true }),
    email: text({ maxLength: 254, blank: true }),
    role: text({ maxLength: 100, blank: true }),
    metadata,
  },
  label: "{name} || ' (' || {company.name} || ')'",
  search: ['company.name', 'name', 'email', 'phone', 'role'],
  order: ['name'],
  rest: [{ path: 'company/contact', style: 'pk', bulk: ['delete'] }, metadataAt('contact', 'company/contact')],
});
