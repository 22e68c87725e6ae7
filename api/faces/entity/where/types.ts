import type { FieldKind } from '../../../resources/fields.ts';

/** Other words for a type. */
const synonyms: ReadonlyMap<string, string> = new Map([
  ['on', 'equals'],
  ['notOn', 'notEquals'],
  ['after', 'greaterThan'],
  ['before', 'lessThan'],
  ['ever', 'isNotNull'],
]);

/** A type by the one word that is used for it here. */
export const plainType = (type: string): string => synonyms.get(type) ?? type;

/** Types that hold of exactly the rows of which another does not. */
const negatives: ReadonlyMap<string, string> = new Map([
  ['notEquals', 'equals'],
  ['notIn', 'in'],
  ['notLike', 'like'],
  ['notContains', 'contains'],
  ['isNotNull', 'isNull'],
  ['isNotEmpty', 'isEmpty'],
  ['arrayNoneOf', 'arrayAnyOf'],
  ['arrayIsNotEmpty', 'arrayIsEmpty'],
]);

/** The type that this one is the opposite of; undefined when it is the opposite of none. */
export const oppositeOf = (type: string): string | undefined => negatives.get(plainType(type));

/** Types that compare in an order, with the store's words for them. */
export const comparisons: ReadonlyMap<string, 'gt' | 'lt' | 'gte' | 'lte'> = new Map([
  ['greaterThan', 'gt'],
  ['lessThan', 'lt'],
  ['greaterThanOrEquals', 'gte'],
  ['lessThanOrEquals', 'lte'],
] as const);

/** Types that compare texts, with the store's words for them. */
export const patterns: ReadonlyMap<string, 'like' | 'starts' | 'ends' | 'contains'> = new Map([
  ['like', 'like'],
  ['startsWith', 'starts'],
  ['endsWith', 'ends'],
  ['contains', 'contains'],
] as const);

/** Kinds of fields that hold several values. */
export const sets: ReadonlySet<FieldKind> = new Set(['many', 'texts']);

/** Kinds without an order. */
export const unordered: ReadonlySet<FieldKind> = new Set([...sets, 'json', 'boolean', 'reference']);

/** Kinds that are not compared as texts. */
export const notAsText: ReadonlySet<FieldKind> = new Set([...unordered, 'timestamp', 'date', 'decimal']);
