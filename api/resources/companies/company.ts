import { resource } from '../declaration.ts';
import { boolean, computed, image, integer, text, texts, thumbnail } from '../fields.ts';
import { metadata, metadataAt } from '../metadata.ts';
import { parametersOf } from '../part-facts/parameters-of.ts';

const counted = (what: string) => computed(integer(), `(SELECT count(*)::int FROM ${what})`);

/** What a company shows of itself beside what refers to it. */
export const companyKeys = ['name', 'description', 'currency', 'active', 'image', 'thumbnail'];

export const company = resource('company', {
  role: 'part',
  area: 'part',
  table: 'company',
  title: ['Company', 'Companies'],
  description: 'A company that supplies parts, makes them, or gets stock.',
  fields: {
    name: text({ maxLength: 100, example: 'Acme' }),
    description: text({ maxLength: 500, blank: true }),
    website: text({ maxLength: 2000, blank: true }),
    address: text({ maxLength: 1000, blank: true }),
    phone: text({ maxLength: 50, blank: true }),
    email: text({ maxLength: 254, blank: true }),
    contact: text({ maxLength: 100, blank: true }),
    tax_id: text({ maxLength: 50, blank: true }),
    link: text({ maxLength: 2000, blank: true }),
    notes: text({ maxLength: 50_000, nullable: true, blank: true }),
    currency: text({ maxLength: 3, default: 'USD' }),
    image: image(),
    thumbnail: thumbnail('image'),
    active: boolean({ default: true }),
    is_customer: boolean({ default: false, help: 'Stock can be assigned to it.' }),
    is_supplier: boolean({ default: true }),
    is_manufacturer: boolean({ default: false }),
    parts_supplied: counted('supplier_part AS sp WHERE sp.supplier_id = {id}'),
    parts_manufactured: counted('manufacturer_part AS mp WHERE mp.manufacturer_id = {id}'),
    tags: texts({ default: [], maxLength: 100 }),
    metadata,
    parameters: parametersOf('company'),
  },
  label: '{name}',
  hint: '{description}',
  search: ['name', 'description', 'website', 'tax_id'],
  order: ['name'],
  constraints: {
    company_identity: { field: null, says: 'The fields name, email must make a unique set.' },
  },
  rest: [
    { path: 'company', style: 'pk', bulk: ['delete'], expand: { parameters: { field: 'parameters' } } },
    metadataAt('company', 'company'),
  ],
});
