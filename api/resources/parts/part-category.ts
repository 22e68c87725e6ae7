import { resource } from '../declaration.ts';
import { computed, reference, text } from '../fields.ts';
import { followed } from '../followed.ts';
import { metadata, metadataAt } from '../metadata.ts';
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
  table: 'part_category',
  things: { resource: 'part', table: 'part', column: 'category_id', field: 'category' },
};

export const partCategory = resource('part_category', {
  role: 'part_category',
  area: 'part',
  table: 'part_category',
  title: ['Part category', 'Part categories'],
  description:
    'A place in the tree of parts. Deleting one moves its parts and the categories in it to the category above.',
  fields: {
    ...treeFields(tree, 'Holds other categories only, no parts.'),
    default_location: reference('stock_location', { nullable: true }),
    default_keywords: text({ maxLength: 250, nullable: true, blank: true }),
    icon: text({ maxLength: 100, blank: true }),
    part_count: thingsWithin(tree, 'Parts in this category and below.'),
    subcategories: placesWithin(tree, 'Categories below this one, at any depth.'),
    parent_default_location: computed(
      reference('stock_location', {
        nullable: true,
        help: 'The default location of the nearest category above that has one.',
      }),
      `(SELECT pc.default_location_id FROM part_category AS pc
        WHERE pc.id <> {id} AND pc.default_location_id IS NOT NULL
          AND pc.id = ANY ((SELECT me.path FROM part_category AS me WHERE me.id = {id})::int[])
        ORDER BY pc.level DESC LIMIT 1)`,
    ),
    metadata,
    starred: followed('part_category'),
  },
  entity: { also: ['Category'], more: { name_de_de: computed(text(), '{name}') }, always: ['nameDeDe'] },
  ...treeLook,
  columns: [
    'name',
    'pathstring',
    'description',
    'parent',
    'structural',
    'part_count',
    'subcategories',
    'default_location',
  ],
  search: ['name', 'description', 'pathstring'],
  filters: {
    ...treeFilters(tree),
    starred: { either: '{starred}' },
  },
  constraints: {
    ...treeConstraints(tree),
    part_category_filled: { field: 'structural', says: 'Parts are in this category, so it can not be structural.' },
  },
  hooks: {
    async beforeDelete(change) {
      await moveUp(change, tree);
    },
  },
  rest: [
    {
      path: 'part/category',
      style: 'pk',
      keys: [
        'name',
        'description',
        'default_location',
        'default_keywords',
        'level',
        'parent',
        'part_count',
        'subcategories',
        'pathstring',
        'starred',
        'structural',
        'icon',
        'parent_default_location',
      ],
      bulk: ['change', 'delete'],
      expand: { path_detail: { field: 'way', as: 'path' } },
    },
    treeSpelling('part/category', 'subcategories'),
    metadataAt('partcategory', 'part/category'),
  ],
});
