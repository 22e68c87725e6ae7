import { resource } from '../declaration.ts';
import { boolean, choice, computed, date, decimal, integer, reference, text, texts, timestamp } from '../fields.ts';
import { stockFilters } from './stock-filters.ts';
import { stockHooks, stockRows } from './stock-rules.ts';

const statuses = {
  10: 'OK',
  50: 'Attention needed',
  55: 'Damaged',
  60: 'Destroyed',
  65: 'Rejected',
  70: 'Lost',
  75: 'Quarantined',
  85: 'Returned',
};

const statusText = `CASE {status} ${Object.entries(statuses)
  .map(([status, label]) => `WHEN ${status} THEN '${label}'`)
  .join(' ')} END`;

/** A key in the system that the item was imported from, of something that is kept there and not here. */
const elsewhere = () => integer({ readOnly: true, nullable: true, help: 'A key in the system it was imported from.' });

const counted = (where: string) => computed(integer(), `(SELECT count(*)::int FROM ${where})`);

/** What a part shows of itself beside its stock. */
const partKeys = [
  'IPN',
  'barcode_hash',
  'category_default_location',
  'description',
  'full_name',
  'image',
  'name',
  'purchaseable',
  'revision',
  'thumbnail',
  'active',
  'assembly',
  'component',
  'is_template',
  'keywords',
  'locked',
  'minimum_stock',
  'maximum_stock',
  'salable',
  'testable',
  'trackable',
  'units',
  'variant_of',
  'virtual',
];

export const stockItem = resource('stock_item', {
  role: 'stock',
  area: 'stock',
  table: 'stock_item',
  title: ['Stock item', 'Stock items'],
  description:
    'An amount of a part in one place. With serial_numbers one create makes several items of quantity 1. Each change is written into the history.',
  fields: {
    part: reference('part'),
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
    location: reference('stock_location', { nullable: true }),
    belongs_to: reference('stock_item', { nullable: true, help: 'The item that it is installed in.' }),
    build: elsewhere(),
    consumed_by: elsewhere(),
    customer: elsewhere(),
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
    status: choice(statuses, { default: 10 }),
    status_text: computed(text(), statusText),
    status_custom_key: computed(integer(), '{status}'),
    supplier_part: elsewhere(),
    SKU: computed(text({ nullable: true, help: 'Always null: supplier parts are not kept here.' }), 'NULL::text'),
    MPN: computed(text({ nullable: true, help: 'Always null: supplier parts are not kept here.' }), 'NULL::text'),
    barcode_hash: text({ maxLength: 128, readOnly: true }),
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
  },
  label: `{part.full_name} || CASE WHEN {serial} IS NOT NULL THEN ' #' || {serial} ELSE ' × ' || trim_scale({quantity}) END`,
  search: ['part.name', 'part.IPN', 'part.description', 'batch', 'serial', 'location.name', 'tags'],
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
  hooks: stockHooks,
  multiply: (values, _given, trx) => stockRows(values, trx),
  rest: [
    {
      path: 'stock',
      style: 'pk',
      createsList: true,
      expand: {
        part_detail: { reference: 'part', spelling: 'part', keys: partKeys, default: true },
        location_detail: {
          reference: 'location',
          spelling: 'stock/location',
          keys: ['name', 'description', 'pathstring', 'structural', 'external'],
        },
        path_detail: { field: 'location.way', as: 'location_path' },
      },
    },
  ],
});
