import { barcodeFields } from '../barcodes.ts';
import { resource } from '../declaration.ts';
import { computed, reference, text, texts } from '../fields.ts';
import { metadata, metadataAt } from '../metadata.ts';
import { parametersOf } from '../part-facts/parameters-of.ts';
import { partBrief } from '../parts/part-brief.ts';
import { companyKeys } from './company.ts';
import { mustBe } from './kind-of-company.ts';

export const manufacturerPart = resource('manufacturer_part', {
  role: 'part',
  area: 'part',
  table: 'manufacturer_part',
  title: ['Manufacturer part', 'Manufacturer parts'],
  description: 'What a maker calls a part.',
  fields: {
    part: reference('part'),
    manufacturer: reference('company', { options: { only: '{is_manufacturer}' } }),
    MPN: text({ column: 'mpn', maxLength: 100, blank: true, help: 'Manufacturer part number.', example: 'LM358' }),
    pretty_name: computed(text(), "concat_ws(' | ', {manufacturer.name}, nullif({MPN}, ''))"),
    description: text({ maxLength: 250, blank: true }),
    link: text({ maxLength: 2000, blank: true }),
    notes: text({ maxLength: 50_000, nullable: true, blank: true }),
    ...barcodeFields,
    tags: texts({ default: [], maxLength: 100 }),
    metadata,
    parameters: parametersOf('manufacturerpart'),
  },
  label: '{pretty_name}',
  hint: '{description}',
  search: ['manufacturer.name', 'description', 'MPN', 'part.IPN', 'part.name', 'part.description', 'tags'],
  searchText: true,
  order: ['MPN'],
  filters: {
    manufacturer_active: { either: '{manufacturer.active}' },
    part_active: { either: '{part.active}' },
  },
  constraints: {
    manufacturer_part_identity: { field: null, says: 'The fields part, manufacturer, MPN must make a unique set.' },
  },
  barcodes: true,
  hooks: { beforeWrite: mustBe('manufacturer', 'is_manufacturer', 'This company is not a manufacturer.') },
  rest: [
    {
      path: 'company/part/manufacturer',
      style: 'pk',
      bulk: ['delete'],
      expand: {
        parameters: { field: 'parameters' },
        part_detail: { reference: 'part', spelling: 'part', keys: partBrief },
        manufacturer_detail: { reference: 'manufacturer', spelling: 'company', keys: companyKeys },
      },
    },
    metadataAt('manufacturerpart', 'company/part/manufacturer'),
  ],
});
