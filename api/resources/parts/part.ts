import { Invalid, rowRule } from '../../store/refusals.ts';
import { barcodeFields } from '../barcodes.ts';
import { resource } from '../declaration.ts';
import {
  boolean,
  computed,
  date,
  decimal,
  image,
  integer,
  reference,
  text,
  texts,
  thumbnail,
  timestamp,
} from '../fields.ts';
import { followed } from '../followed.ts';
import { metadata, metadataAt } from '../metadata.ts';
import { parametersOf } from '../part-facts/parameters-of.ts';
import { serialFields, serialNumbers } from './next-serial.ts';
import { beginPart, partBeginnings } from './part-beginnings.ts';
import { partFilters } from './part-filters.ts';
import { canBuild, partOrders, partStock } from './part-stock.ts';

const price = (sql = 'NULL::numeric') =>
  computed(decimal({ as: 'text', nullable: true, help: 'Always null: prices of parts are not kept here.' }), sql);

/** What InvenTree calls the requirements of a part. */
const requirements = {
  total_stock: 'total_in_stock',
  unallocated_stock: 'unallocated_stock',
  can_build: 'can_build',
  ordering: 'ordering',
  building: 'building',
  scheduled_to_build: 'scheduled_to_build',
  required_for_build_orders: 'required_for_build_orders',
  allocated_to_build_orders: 'allocated_to_build_orders',
  required_for_sales_orders: 'required_for_sales_orders',
  allocated_to_sales_orders: 'allocated_to_sales_orders',
};

const brief = ['name', 'description', 'pathstring', 'level', 'parent', 'structural', 'icon', 'default_location'];

export const part = resource('part', {
  role: 'part',
  area: 'part',
  table: 'part',
  title: ['Part', 'Parts'],
  description:
    'A kind of thing that there can be stock of. Name, IPN and revision together name one part. An active part can not be deleted.',
  fields: {
    name: text({ maxLength: 100 }),
    description: text({ maxLength: 250, blank: true }),
    category: reference('part_category', { nullable: true, options: { only: 'NOT {structural}' } }),
    IPN: text({ column: 'ipn', maxLength: 100, blank: true, help: 'Internal part number.' }),
    revision: text({ maxLength: 100, blank: true }),
    active: boolean({ default: true }),
    assembly: boolean({ default: false, help: 'Can be made from other parts.' }),
    component: boolean({ default: true, help: 'Can be used to make other parts.' }),
    consumable: boolean({ default: false }),
    is_template: boolean({ default: false, help: 'Other parts can be variants of it.' }),
    locked: boolean({ default: false, help: 'Can not be deleted.' }),
    purchaseable: boolean({ default: true }),
    salable: boolean({ default: false }),
    testable: boolean({ default: false }),
    trackable: boolean({ default: false, help: 'Its stock can have serial numbers.' }),
    virtual: boolean({ default: false, help: 'Has no stock, such as software or work.' }),
    units: text({ maxLength: 20, blank: true }),
    keywords: text({ maxLength: 250, nullable: true, blank: true }),
    link: text({ maxLength: 2000, blank: true }),
    notes: text({ maxLength: 50_000, nullable: true, blank: true }),
    image: image(),
    thumbnail: thumbnail('image'),
    full_name: computed(text(), "concat_ws(' | ', nullif({IPN}, ''), {name}, nullif({revision}, ''))"),
    ...barcodeFields,
    starred: followed('part'),
    category_name: computed(text(), "coalesce({category.name}, '')"),
    category_default_location: computed(
      reference('stock_location', { nullable: true }),
      'coalesce({category.default_location}, {category.parent_default_location})',
    ),
    creation_date: date({ readOnly: true, nullable: true }),
    creation_user: reference('user', { readOnly: true, nullable: true }),
    default_expiry: integer({
      minimum: 0,
      maximum: 1_000_000,
      default: 0,
      help: 'Days until stock of it expires; 0: never.',
    }),
    default_location: reference('stock_location', { nullable: true }),
    minimum_stock: decimal({ minimum: 0, maximum: 9_999_999_999, default: '0' }),
    maximum_stock: decimal({ minimum: 0, maximum: 9_999_999_999, default: '0' }),
    revision_of: reference('part', { nullable: true }),
    revision_count: computed(integer(), '(SELECT count(*)::int FROM part AS p WHERE p.revision_of_id = {id})'),
    variant_of: reference('part', { nullable: true, options: { only: '{is_template}' } }),
    responsible: computed(integer({ nullable: true, help: 'Always null: parts have no owners here.' }), 'NULL::int'),
    pricing_min: price(),
    pricing_max: price(),
    pricing_updated: computed(timestamp({ nullable: true }), 'NULL::timestamptz'),
    ...partStock,
    ...partOrders,
    can_build: canBuild,
    ...serialFields,
    tags: texts({ default: [], maxLength: 100 }),
    ...partBeginnings,
    // What suppliers and manufacturers call it; the database keeps it.
    numbers_of_others: text({ hidden: true, readOnly: true, blank: true }),
    metadata,
    parameters: parametersOf('part'),
  },
  entity: { also: ['Product'], more: { name_de_de: computed(text(), '{name}') }, always: ['nameDeDe'] },
  label: '{full_name}',
  hint: '{description}',
  columns: [
    'name',
    'IPN',
    'revision',
    'description',
    'category',
    'active',
    'units',
    'total_in_stock',
    'minimum_stock',
    'default_location',
    'tags',
  ],
  search: ['IPN', 'name', 'description', 'category.name', 'keywords', 'revision', 'numbers_of_others', 'tags'],
  searchText: true,
  order: ['name'],
  orderings: { category: 'category.pathstring', stock: 'total_in_stock' },
  filters: partFilters,
  constraints: {
    part_identity: { field: null, says: 'The fields name, IPN, revision must make a unique set.' },
    part_in_structural: { field: 'category', says: 'This category is structural: it holds other categories only.' },
    part_no_circle: { field: 'variant_of', says: 'A part can not be a variant of itself.' },
    part_variant_of_template: { field: 'variant_of', says: 'Only a template can have variants.' },
    part_template_of_variants: { field: 'is_template', says: 'This part has variants, so it stays a template.' },
    part_not_its_own_revision: { field: 'revision_of', says: 'A part can not be a revision of itself.' },
  },
  barcodes: true,
  hooks: {
    beforeWrite({ kind, values, principal }) {
      if (kind === 'create') values.creation_user = principal.person?.id ?? null;
    },
    afterWrite: beginPart,
    async beforeDelete({ before, trx }) {
      const reason = before?.active ? 'is still active' : before?.locked ? 'is locked' : null;
      if (reason) throw new Invalid({ [rowRule]: [`Cannot delete this part as it ${reason}`] });
      const [used] = await trx('bom_item').where({ sub_part_id: before?.id }).limit(1).select('id');
      if (used) throw new Invalid({ [rowRule]: ['Cannot delete this part as it is used in an assembly'] });
    },
  },
  rest: [
    {
      path: 'part',
      style: 'pk',
      alsoTakes: Object.keys(partBeginnings),
      bulk: ['change', 'delete'],
      views: {
        requirements: { label: 'What is there and what is needed', keys: requirements },
        'serial-numbers': { label: 'Which serial numbers come next', keys: serialNumbers },
      },
      expand: {
        category_detail: { reference: 'category', spelling: 'part/category', keys: brief },
        location_detail: {
          reference: 'default_location',
          spelling: 'stock/location',
          keys: ['name', 'description', 'pathstring', 'structural', 'external'],
          as: 'default_location_detail',
        },
        path_detail: { field: 'category.way', as: 'category_path' },
        parameters: { field: 'parameters' },
      },
    },
    metadataAt('part', 'part'),
  ],
});
