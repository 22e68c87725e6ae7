import { barcodeFields } from '../barcodes.ts';
import { resource } from '../declaration.ts';
import { boolean, computed, integer, reference, text, texts } from '../fields.ts';
import { metadata, metadataAt } from '../metadata.ts';
import { recordMove } from './track.ts';
import { isWithin, moveUp, treeConstraints, treeFields } from './tree.ts';

export const stockLocation = resource('stock_location', {
  role: 'stock_location',
  area: 'stock',
  table: 'stock_location',
  title: ['Stock location', 'Stock locations'],
  description:
    'A place in the tree where stock lies. Deleting one moves its stock and the locations in it to the location above.',
  fields: {
    ...barcodeFields,
    name: text({ maxLength: 100 }),
    description: text({ maxLength: 250, blank: true }),
    parent: reference('stock_location', { nullable: true }),
    structural: boolean({ default: false, help: 'Holds other locations only, no stock.' }),
    external: boolean({ default: false, help: 'Outside the house.' }),
    custom_icon: text({ maxLength: 100, blank: true }),
    icon: computed(text(), '{custom_icon}'),
    tags: texts({ default: [], maxLength: 100 }),
    metadata,
    ...treeFields('stock_location'),
    items: computed(
      integer({ help: 'Stock items in this location and below.' }),
      `(SELECT count(*)::int FROM stock_item AS si JOIN stock_location AS sl ON sl.id = si.location_id WHERE sl.path @> ARRAY[{id}])`,
    ),
    sublocations: computed(
      integer({ help: 'Locations below this one, at any depth.' }),
      '(SELECT count(*)::int - 1 FROM stock_location AS sl WHERE sl.path @> ARRAY[{id}])',
    ),
    owner: computed(integer({ nullable: true, help: 'Always null: locations have no owners here.' }), 'NULL::int'),
    location_type: computed(
      integer({ nullable: true, help: 'Always null: locations have no types here.' }),
      'NULL::int',
    ),
  },
  label: '{pathstring}',
  hint: '{description}',
  columns: ['name', 'pathstring', 'description', 'parent', 'structural', 'external', 'items', 'sublocations', 'tags'],
  search: ['name', 'description', 'pathstring', 'tags'],
  searchText: true,
  order: ['pathstring'],
  filters: {
    ancestor: { sql: `${isWithin('stock_location', 'id')} AND {id} <> {value}`, type: 'reference' },
    top_level: { either: '{parent} IS NULL' },
    has_location_type: { either: 'false' },
  },
  constraints: {
    ...treeConstraints('stock_location'),
    stock_location_filled: { field: 'structural', says: 'Stock is in this location, so it can not be structural.' },
  },
  barcodes: true,
  hooks: {
    async beforeDelete(change) {
      const moved = await moveUp(
        change,
        { resource: 'stock_location', table: 'stock_location' },
        { resource: 'stock_item', table: 'stock_item', column: 'location_id', field: 'location' },
      );
      await recordMove(change, moved, (change.before?.parent ?? null) as number | null);
    },
  },
  rest: [
    {
      path: 'stock/location',
      style: 'pk',
      keys: [
        'barcode_hash',
        'name',
        'level',
        'description',
        'parent',
        'pathstring',
        'items',
        'sublocations',
        'owner',
        'icon',
        'custom_icon',
        'structural',
        'external',
        'location_type',
        'tags',
      ],
      bulk: ['change', 'delete'],
      expand: { path_detail: { field: 'way', as: 'path' } },
    },
    {
      path: 'stock/location/tree',
      style: 'pk',
      keys: ['name', 'parent', 'icon', 'structural', 'sublocations'],
      readOnlyFace: true,
      withoutActions: true,
    },
    metadataAt('stocklocation', 'stock/location'),
  ],
});
