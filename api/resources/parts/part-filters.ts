import type { Filter } from '../declaration.ts';
import { isWithin } from './tree.ts';

/** How InvenTree's clients narrow the list of parts, beyond one exact filter a field. */
export const partFilters: Readonly<Record<string, Filter>> = {
  category: {
    sql: isWithin('part_category', 'category'),
    type: 'reference',
    unless: { parameter: 'cascade', sql: '{category} = {value}' },
    nullPath: 'category',
  },
  ancestor: { sql: '{id} IN (SELECT part_variants({value}))', type: 'reference' },
  IPN_regex: { path: 'IPN', match: 'regex' },
  name_regex: { path: 'name', match: 'regex' },
  has_ipn: { either: "{IPN} <> ''" },
  has_units: { either: "{units} <> ''" },
  has_stock: { either: '{total_in_stock} > 0' },
  low_stock: { either: '{minimum_stock} > 0 AND {total_in_stock} < {minimum_stock}' },
  high_stock: { either: '{maximum_stock} > 0 AND {total_in_stock} > {maximum_stock}' },
  unallocated_stock: { either: '{unallocated_stock} > 0' },
  depleted_stock: { either: '{in_stock} = 0 AND {stock_item_count} > 0' },
  default_location: {
    sql: isWithin('stock_location', 'default_location'),
    type: 'reference',
    unless: { parameter: 'cascade', sql: '{default_location} = {value}' },
    nullPath: 'default_location',
  },
  is_variant: { either: '{variant_of} IS NOT NULL' },
  is_revision: { either: '{revision_of} IS NOT NULL' },
  has_revisions: { either: '{revision_count} > 0' },
  created_before: { path: 'creation_date', match: 'lt' },
  created_after: { path: 'creation_date', match: 'gt' },
  starred: { either: '{starred}' },
};
