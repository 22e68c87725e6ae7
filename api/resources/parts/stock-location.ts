import { barcodeFields } from '../barcodes.ts';
import { resource } from '../declaration.ts';
import { boolean, computed, integer, text, texts } from '../fields.ts';
import { metadata, metadataAt } from '../metadata.ts';
import { recordMove } from './track.ts';
import {
  moveUp,
  placesWithin,
  type Tree,
  thingsWithin,
  treeConstraints,
  treeFields,
  treeFilters,
  treeLook,
  treeSpelling,
} from './tree.ts';

const tree: Tree = {
  table: 'stock_location',
  things: { resource: 'stock_item', table: 'stock_item', column: 'location_id', field: 'location' },
};

export const stockLocation = resource('stock_location', {
  role: 'stock_location',
  area: 'stock',
  table: 'stock_location',
  title: ['Stock location', 'Stock locations'],
  description:
    'A place in the tree where stock lies. Deleting one moves its stock and the locations in it to the location above.',
  fields: {
    ...barcodeFields,
    ...treeFields(tree, 'Holds other locations only, no stock.'),
    external: boolean({ default: false, help: 'Outside the house.' }),
    custom_icon: text({ maxLength: 100, blank: true }),
    icon: computed(text(), '{custom_icon}'),
    tags: texts({ default: [], maxLength: 100 }),
    metadata,
    items: thingsWithin(tree, 'Stock items in this location and below.'),
    sublocations: placesWithin(tree, 'Locations below this one, at any depth.'),
    owner: computed(integer({ nullable: true, help: 'Always null: locations have no owners here.' }), 'NULL::int'),
    location_type: computed(
      integer({ nullable: true, help: 'Always null: locations have no types here.' }),
      'NULL::int',
    ),
  },
  ...treeLook,
  columns: ['name', 'pathstring', 'description', 'parent', 'structural', 'external', 'items', 'sublocations', 'tags'],
  search: ['name', 'description', 'pathstring', 'tags'],
  filters: {
    ...treeFilters(tree),
    has_location_type: { either: 'false' },
  },
  constraints: {
    ...treeConstraints(tree),
    stock_location_filled: { field: 'structural', says: 'Stock is in this location, so it can not be structural.' },
  },
  barcodes: true,
  hooks: {
    async beforeDelete(change) {
      const moved = await moveUp(change, tree);
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
      expand: { path_detail: { field: 'way', as: 'path' }, location_type_detail: { field: 'location_type' } },
    },
    treeSpelling('stock/location', 'sublocations'),
    metadataAt('stocklocation', 'stock/location'),
  ],
});
