import { barcodeFields } from '../barcodes.ts';
import { resource } from '../declaration.ts';
import { boolean, computed, date, decimal, integer, reference, text, texts, timestamp } from '../fields.ts';
import { metadata, metadataAt } from '../metadata.ts';
import { testsOf } from '../part-facts/tests-of.ts';
import { partBrief } from './part-brief.ts';
import { stockActions } from './stock-actions/on-one.ts';
import { stockListActions } from './stock-actions/on-several.ts';
import { stockFilters } from './stock-filters.ts';
import { stockHooks, stockRows } from './stock-rules.ts';
import { statusText, stockStatus } from './stock-status.ts';

/** A key in the system that the item was imported from, of something that is kept there and not here. */
const elsewhere = () => integer({ readOnly: true, nullable: true, help: 'A key in the system it was imported from.' });

const counted = (where: string) => computed(integer(), `(SELECT count(*)::int FROM ${where})`);

export const stockItem = resource('stock_item', {
  role: 'stock',
  area: 'stock',
  table: 'stock_item',
  title: ['Stock item', 'Stock items'],
  description:
    'An amount of a part in one place. With serial_numbers one create makes several items of quantity 1. Each change is written into the history.',
  fields: {
    part: reference('part', { options: { only: 'NOT {virtual}' } }),
    quantity: decimal({ minimum: 0, maximum: 9_999_999_999 }),
    serial: text({ maxLength: 100, nullable: true }),
    serial_numbers: text({
      maxLength: 10_000,
      nullable: true,
      blank: true,
      inputOnly: true,
      writeOnly: true,
      help: 'Taken on create: 1005, 1006 or 10-15 or 10+5; as many as the quantity says.',
    }),
    serial_int: integer({ hidden: true, readOnly: true, nullable: true }),
    batch: text({ maxLength: 100, nullable: true, blank: true }),
    location: reference('stock_location', { nullable: true, options: { only: 'NOT {structural}' } }),
    belongs_to: reference('stock_item', { nullable: true, help: 'The item that it is installed in.' }),
    build: elsewhere(),
    consumed_by: elsewhere(),
    customer: reference('company', { column: 'customer', readOnly: true, nullable: true }),
    delete_on_deplete: boolean({ default: true }),
    expiry_date: date({ nullable: true }),
    in_stock: boolean({
      readOnly: true,
      help: 'There is some of it, and it is neither installed, sold nor in the making.',
    }),
    is_building: boolean({ default: false }),
    link: text({ maxLength: 2000, blank: true }),
    notes: text({ maxLength: 50_000, nullable: true, blank: true }),
    owner: computed(integer({ nullable: true, help: 'Always null: stock has no owners here.' }), 'NULL::int'),
    packaging: text({ maxLength: 50, nullable: true, blank: true }),
    parent: reference('stock_item', { readOnly: true, nullable: true, help: 'The item that it was split from.' }),
    purchase_order: elsewhere(),
    sales_order: elsewhere(),
    status: stockStatus({ default: 10 }),
    status_text: computed(text(), statusText),
    status_custom_key: computed(integer(), '{status}'),
    supplier_part: reference('supplier_part', {
      column: 'supplier_part',
      nullable: true,
      options: { by: { part: '{part} = {value}' }, under: 'supplier' },
    }),
    SKU: computed(text({ nullable: true }), '{supplier_part.SKU}'),
    MPN: computed(text({ nullable: true }), '{supplier_part.MPN}'),
    ...barcodeFields,
    creation_date: timestamp({ readOnly: true, nullable: true }),
    stocktake_date: date({ nullable: true }),
    updated: timestamp({ readOnly: true, nullable: true }),
    purchase_price: decimal({ as: 'text', minimum: 0, maximum: 9_999_999_999_999, nullable: true }),
    purchase_price_currency: text({ maxLength: 3, default: 'USD' }),
    allocated: computed(decimal({ help: 'Always 0: orders are not kept here.' }), '0::numeric'),
    expired: computed(boolean(), 'coalesce({in_stock} AND {expiry_date} < current_date, false)'),
    stale: computed(boolean({ help: 'Always false.' }), 'false::boolean'),
    installed_items: counted('stock_item AS si WHERE si.belongs_to_id = {id}'),
    child_items: counted('stock_item AS si WHERE si.parent_id = {id}'),
    tracking_items: counted('stock_tracking AS st WHERE st.item_id = {id}'),
    tags: texts({ default: [], maxLength: 100 }),
    metadata,
    tests: testsOf,
  },
  label: `{part.full_name} || CASE WHEN {serial} IS NOT NULL THEN ' #' || {serial} ELSE ' × ' || trim_scale({quantity}) END`,
  columns: ['part', 'quantity', 'serial', 'batch', 'location', 'status', 'in_stock', 'expiry_date', 'updated', 'tags'],
  search: [
    'part.name',
    'part.IPN',
    'part.description',
    'batch',
    'serial',
    'location.name',
    'supplier_part.SKU',
    'supplier_part.manufacturer_part.MPN',
    'tags',
  ],
  searchText: true,
  order: ['part.name', 'quantity', 'location'],
  orderings: {
    part: 'part.name',
    location: 'location.pathstring',
    IPN: 'part.IPN',
    serial: 'serial_int',
    stock: 'quantity',
  },
  filters: stockFilters,
  constraints: {
    stock_item_serial: { field: 'serial', says: 'Another stock item of this part has this serial number.' },
    stock_item_one_a_serial: { field: 'quantity', says: 'An item with a serial number is one: its quantity is 1.' },
    stock_item_in_structural: {
      field: 'location',
      says: 'This location is structural: it holds other locations only.',
    },
    stock_item_not_in_itself: { field: 'belongs_to', says: 'An item can not be installed in itself.' },
  },
  barcodes: true,
  hooks: stockHooks,
  actions: stockActions,
  listActions: stockListActions,
  multiply: (values, _given, trx) => stockRows(values, trx),
  rest: [
    {
      path: 'stock',
      style: 'pk',
      createsList: true,
      bulk: ['change', 'delete'],
      expand: {
        part_detail: { reference: 'part', spelling: 'part', keys: partBrief, default: true },
        location_detail: {
          reference: 'location',
          spelling: 'stock/location',
          keys: ['name', 'description', 'pathstring', 'structural', 'external'],
        },
        supplier_part_detail: {
          reference: 'supplier_part',
          spelling: 'company/part',
          keys: [
            'SKU',
            'pretty_name',
            'supplier',
            'supplier_name',
            'MPN',
            'manufacturer',
            'packaging',
            'pack_quantity',
          ],
        },
        path_detail: { field: 'location.way', as: 'location_path' },
        tests: { field: 'tests' },
      },
    },
    metadataAt('stockitem', 'stock'),
  ],
});
