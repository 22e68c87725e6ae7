import { resource } from '../declaration.ts';
import { boolean, computed, integer, reference, text } from '../fields.ts';
import { followed } from '../followed.ts';
import { metadata, metadataAt } from '../metadata.ts';
import { isWithin, moveUp, treeConstraints, treeFields } from './tree.ts';

export const partCategory = resource('part_category', {
  role: 'part_category',
  area: 'part',
  table: 'part_category',
  title: ['Part category', 'Part categories'],
  description:
    'A place in the tree of parts. Deleting one moves its parts and the categories in it to the category above.',
  fields: {
    name: text({ maxLength: 100 }),
    description: text({ maxLength: 250, blank: true }),
    default_location: reference('stock_location', { nullable: true }),
    default_keywords: text({ maxLength: 250, nullable: true, blank: true }),
    parent: reference('part_category', { nullable: true }),
    structural: boolean({ default: false, help: 'Holds other categories only, no parts.' }),
    icon: text({ maxLength: 100, blank: true }),
    ...treeFields('part_category'),
    part_count: computed(
      integer({ help: 'Parts in this category and below.' }),
      `(SELECT count(*)::int FROM part AS p JOIN part_category AS pc ON pc.id = p.category_id WHERE pc.path @> ARRAY[{id}])`,
    ),
    subcategories: computed(
      integer({ help: 'Categories below this one, at any depth.' }),
      '(SELECT count(*)::int - 1 FROM part_category AS pc WHERE pc.path @> ARRAY[{id}])',
    ),
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
  label: '{pathstring}',
  hint: '{description}',
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
  searchText: true,
  order: ['pathstring'],
  filters: {
    ancestor: { sql: `${isWithin('part_category', 'id')} AND {id} <> {value}`, type: 'reference' },
    top_level: { either: '{parent} IS NULL' },
    starred: { either: '{starred}' },
  },
  constraints: {
    ...treeConstraints('part_category'),
    part_category_filled: { field: 'structural', says: 'Parts are in this category, so it can not be structural.' },
  },
  hooks: {
    async beforeDelete(change) {
      await moveUp(
        change,
        { resource: 'part_category', table: 'part_category' },
        { resource: 'part', table: 'part', column: 'category_id', field: 'category' },
      );
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
    {
      path: 'part/category/tree',
      style: 'pk',
      keys: ['name', 'parent', 'icon', 'structural', 'subcategories'],
      readOnlyFace: true,
      withoutActions: true,
    },
    metadataAt('partcategory', 'part/category'),
  ],
});
