import { same } from '../../store/changes.ts';
import { barcodeFields } from '../barcodes.ts';
import { resource } from '../declaration.ts';
import { boolean, computed, decimal, reference, text, texts, timestamp } from '../fields.ts';
import { metadata, metadataAt } from '../metadata.ts';
import { parametersOf } from '../part-facts/parameters-of.ts';
import { partBrief } from '../parts/part-brief.ts';
import { companyKeys } from './company.ts';
import { mustBe } from './kind-of-company.ts';

const supplies = mustBe('supplier', 'is_supplier', 'This company is not a supplier.');

export const supplierPart = resource('supplier_part', {
  role: 'part',
  area: 'part',
  table: 'supplier_part',
  title: ['Supplier part', 'Supplier parts'],
  description: 'What a supplier calls a part, and how it comes.',
  fields: {
    part: reference('part'),
    supplier: reference('company', { options: { only: '{is_supplier}' } }),
    supplier_name: computed(text(), '{supplier.name}'),
    SKU: text({ column: 'sku', maxLength: 100, help: 'The supplier’s number for it.', example: 'ACME-358' }),
    manufacturer_part: reference('manufacturer_part', {
      nullable: true,
      options: { by: { part: '{part} = {value}' }, under: 'manufacturer' },
    }),
    manufacturer: computed(reference('company', { nullable: true }), '{manufacturer_part.manufacturer}'),
    MPN: computed(text({ nullable: true }), '{manufacturer_part.MPN}'),
    pretty_name: computed(text(), "concat_ws(' | ', {supplier.name}, {SKU}, {manufacturer_part.MPN})"),
    description: text({ maxLength: 250, blank: true }),
    note: text({ maxLength: 100, blank: true }),
    notes: text({ maxLength: 50_000, nullable: true, blank: true }),
    link: text({ maxLength: 2000, blank: true }),
    packaging: text({ maxLength: 50, blank: true }),
    pack_quantity: text({ maxLength: 25, default: '1', help: 'How many come in a pack.' }),
    pack_quantity_native: computed(decimal(), '{pack_quantity}::numeric'),
    available: decimal({ minimum: 0, maximum: 9_999_999_999, default: '0', help: 'How many the supplier has.' }),
    active: boolean({ default: true }),
    primary: boolean({ default: false }),
    in_stock: computed(
      decimal({ help: 'Stock that came from here.' }),
      '(SELECT coalesce(sum(si.quantity), 0) FROM stock_item AS si WHERE si.supplier_part = {id} AND si.in_stock)',
    ),
    on_order: computed(decimal({ help: 'Always 0: purchases are not kept here.' }), '0::numeric'),
    updated: timestamp({ readOnly: true, nullable: true }),
    ...barcodeFields,
    tags: texts({ default: [], maxLength: 100 }),
    metadata,
    parameters: parametersOf('supplierpart'),
  },
  label: '{pretty_name}',
  hint: '{description}',
  search: ['description', 'SKU', 'supplier.name', 'manufacturer_part.MPN', 'part.IPN', 'part.name', 'tags'],
  searchText: true,
  order: ['SKU'],
  filters: {
    company: { sql: '({supplier} = {value} OR {manufacturer} = {value})', type: 'reference' },
    part_active: { either: '{part.active}' },
    supplier_active: { either: '{supplier.active}' },
  },
  constraints: {
    supplier_part_identity: { field: null, says: 'The fields part, supplier, SKU must make a unique set.' },
    supplier_part_of_same_part: { field: 'manufacturer_part', says: 'This manufacturer part is of another part.' },
    supplier_part_pack_quantity_check: { field: 'pack_quantity', says: 'A number is required.' },
  },
  barcodes: true,
  hooks: {
    async beforeWrite(change) {
      await supplies(change);
      if (Object.entries(change.values).some(([name, value]) => !same(value, change.before?.[name]))) {
        change.values.updated = new Date();
      }
    },
  },
  rest: [
    {
      path: 'company/part',
      style: 'pk',
      bulk: ['delete'],
      expand: {
        parameters: { field: 'parameters' },
        part_detail: { reference: 'part', spelling: 'part', keys: partBrief },
        supplier_detail: { reference: 'supplier', spelling: 'company', keys: companyKeys },
        manufacturer_detail: { reference: 'manufacturer', spelling: 'company', keys: companyKeys },
        manufacturer_part_detail: {
          reference: 'manufacturer_part',
          spelling: 'company/part/manufacturer',
          keys: ['MPN', 'pretty_name', 'manufacturer', 'description', 'link'],
        },
      },
    },
    metadataAt('supplierpart', 'company/part'),
  ],
});
