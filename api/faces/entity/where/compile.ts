import type { Resource } from '../../../resources/declaration.ts';
import type { Field, FieldKind } from '../../../resources/fields.ts';
import type { Condition } from '../../../store/query.ts';
import { wordOf } from '../../../store/values.ts';
import type { Entities, Entity } from '../spelling.ts';
import { attributeOf } from './attributes.ts';
import { onLink } from './links.ts';
import { isOfTime, spanOf } from './moments.ts';
import { namedFilter } from './named-filters.ts';
import { type Item, invalidWhere, listOf } from './read-where.ts';
import { comparedValue } from './values.ts';

/** What compiling needs to know beside the entity. */
export interface Compiling {
  readonly entities: Entities;
  /** IANA zone of days, where an item names none. */
  readonly timeZone: string;
  /** Items that may still come, so that no request asks for endless work. */
  left: number;
}

const mostItems = 500;
const deepest = 20;

/** What `where` means to the store. @throws Invalid for anything that it does not mean */
export function compileWhere(
  entity: Entity,
  items: readonly Item[],
  entities: Entities,
  timeZone: string,
): Condition[] {
  const compiling = { entities, timeZone, left: mostItems };
  return items.map((item) => compileItem(entity, item, compiling, 1));
}

/** True of every row. */
export const always: Condition = { op: 'and', of: [] };
export const not = (of: Condition): Condition => ({ op: 'not', of });

export function compileItem(entity: Entity, item: Item, compiling: Compiling, depth: number): Condition {
  compiling.left--;
  if (compiling.left < 0) throw invalidWhere(`It may have at most ${mostItems} items.`);
  if (depth > deepest) throw invalidWhere(`It may be ${deepest} deep at most.`);
  const { type, value } = item;
  if (typeof type !== 'string') throw invalidWhere('Each item needs a type.');
  if (type === 'and' || type === 'or' || type === 'not') {
    const of = listOf(value ?? []).map((one) => compileItem(entity, asItem(one), compiling, depth + 1));
    return type === 'not' ? not({ op: 'and', of }) : { op: type, of };
  }
  if (type === 'bool' || type === 'primary') {
    return { op: 'or', of: listOf(value).map((name) => namedFilter(entity, wordOf(name))) };
  }
  const attribute = item.attribute ?? item.field;
  if (typeof attribute !== 'string' || attribute === '') throw invalidWhere(`${type.slice(0, 50)} needs an attribute.`);
  return onAttribute(entity, attribute, { ...item, type }, compiling, depth);
}

export function asItem(raw: unknown): Item {
  if (typeof raw === 'object' && raw !== null && !Array.isArray(raw)) return raw as Item;
  throw invalidWhere('Each item must be an object with a type.');
}

type Typed = Item & { readonly type: string };

/** A condition on a field, on a name of another row, or, after a dot, on a field of another row. */
function onAttribute(entity: Entity, name: string, item: Typed, compiling: Compiling, depth: number): Condition {
  const [first = '', ...rest] = name.split('.');
  const attribute = attributeOf(entity, first);
  if (!attribute) throw invalidWhere(`${entity.name} has no attribute ${JSON.stringify(first.slice(0, 100))}.`);
  if (rest.length > 0) {
    if (attribute.kind !== 'link') throw invalidWhere(`${first} leads to no other entity.`);
    const of = compileItem(
      compiling.entities.of(attribute.link.target),
      { ...item, attribute: rest.join('.') },
      compiling,
      depth + 1,
    );
    return related(attribute.link, of);
  }
  if (attribute.kind === 'link') return onLink(attribute.link, item, compiling, depth);
  if (attribute.kind === 'field')
    return onField(entity.resource, first, attribute.path, attribute.field, item, compiling);
  const { key } = attribute;
  return onNameOf(key.name, key.target as Resource, first, item, compiling);
}

/** A row at the other end of a link that the caller may view, and of which `of` holds. */
export const related = ({ from, target, field }: Parameters<typeof onLink>[0], of: Condition): Condition =>
  from === 'own' ? { op: 'through', path: field, resource: target, of } : { op: 'some', resource: target, field, of };

const nameField: Field = { kind: 'text', schema: { type: 'string' } };

function onNameOf(path: string, target: Resource, attribute: string, item: Typed, compiling: Compiling): Condition {
  const there: Condition = { op: 'through', path, resource: target, of: always };
  if (item.type === 'isNull') return not(there);
  if (item.type === 'isNotNull') return there;
  const negative = negatives[item.type];
  const positive = negative ? { ...item, type: negative } : item;
  const of = onField(target, attribute, '$label', nameField, positive, compiling);
  const condition: Condition = { op: 'through', path, resource: target, of };
  return negative ? not(condition) : condition;
}

const synonyms: Readonly<Record<string, string>> = {
  on: 'equals', notOn: 'notEquals', after: 'greaterThan', before: 'lessThan', ever: 'isNotNull',
}; // biome-ignore format: one row of pairs

/** Types that hold of exactly the rows of which another does not. */
const negatives: Readonly<Record<string, string>> = {
  notEquals: 'equals', notOn: 'equals', notIn: 'in', notLike: 'like', notContains: 'contains',
  isNotNull: 'isNull', ever: 'isNull', isNotEmpty: 'isEmpty', arrayNoneOf: 'arrayAnyOf', arrayIsNotEmpty: 'arrayIsEmpty',
}; // biome-ignore format: a few rows of pairs

const comparisons = {
  greaterThan: 'gt', lessThan: 'lt', greaterThanOrEquals: 'gte', lessThanOrEquals: 'lte',
} as const; // biome-ignore format: one row of pairs
const patterns = { like: 'like', startsWith: 'starts', endsWith: 'ends', contains: 'contains' } as const;

const sets: ReadonlySet<FieldKind> = new Set(['many', 'texts']);
const unordered: ReadonlySet<FieldKind> = new Set(['many', 'texts', 'json', 'boolean', 'reference']);
const notAsText: ReadonlySet<FieldKind> = new Set([...unordered, 'timestamp', 'date', 'decimal']);

function onField(
  resource: Resource,
  attribute: string,
  path: string,
  field: Field,
  given: Typed,
  compiling: Compiling,
): Condition {
  const negative = Object.hasOwn(negatives, given.type) ? negatives[given.type] : undefined;
  if (negative) return not(onField(resource, attribute, path, field, { ...given, type: negative }, compiling));
  const type = Object.hasOwn(synonyms, given.type) ? (synonyms[given.type] as string) : given.type;
  const { value } = given;
  const takes = (fits: boolean) => {
    if (!fits) throw invalidWhere(`${type} does not go with ${attribute}.`);
  };
  const read = (raw: unknown) => comparedValue(attribute, field, raw);
  const is = (raw: unknown): Condition =>
    raw === null ? { op: 'null', path } : { op: equality(resource, path), path, value: read(raw) };

  if (isOfTime(type)) return spanOf(given, type, path, field, compiling.timeZone);
  if (Object.hasOwn(patterns, type)) {
    takes(!notAsText.has(field.kind));
    const pattern = patternOf(attribute, value);
    if (type === 'like' && /^(?:[^\\]|\\.)*\\$/s.test(pattern))
      throw invalidWhere('A pattern may not end with \\ alone.');
    return { op: patterns[type as keyof typeof patterns], path, value: pattern };
  }
  if (Object.hasOwn(comparisons, type)) {
    takes(!unordered.has(field.kind));
    return { op: comparisons[type as keyof typeof comparisons], path, value: read(value) };
  }
  switch (type) {
    case 'equals':
    case 'in': {
      takes(!sets.has(field.kind) && field.kind !== 'json');
      // Brackets can't say that a list is empty.
      const values = value === undefined && type === 'in' ? [] : listOf(value ?? null).flat();
      return values.length === 1 ? is(values[0]) : { op: 'or', of: values.map(is) };
    }
    case 'between': {
      takes(!unordered.has(field.kind));
      const [from, to, ...more] = listOf(value);
      if (to === undefined || more.length > 0) throw invalidWhere('between takes two values.');
      return {
        op: 'and',
        of: [
          { op: 'gte', path, value: read(from) },
          { op: 'lte', path, value: read(to) },
        ],
      };
    }
    case 'isNull':
      return { op: 'null', path };
    case 'isEmpty':
      return emptiness(path, field);
    case 'isTrue':
    case 'isFalse':
      takes(field.kind === 'boolean');
      return { op: 'eq', path, value: type === 'isTrue' };
    case 'arrayAnyOf':
      takes(sets.has(field.kind));
      return { op: 'overlaps', path, values: read(listOf(value)) as unknown[] };
    case 'arrayIsEmpty':
      takes(sets.has(field.kind));
      return { op: 'empty', path };
    default:
      throw invalidWhere(`There is no type ${JSON.stringify(type.slice(0, 50))} for ${attribute}.`);
  }
}

function emptiness(path: string, field: Field): Condition {
  if (sets.has(field.kind)) return { op: 'empty', path };
  const none: Condition = { op: 'null', path };
  return field.kind === 'text' ? { op: 'or', of: [none, { op: 'eq', path, value: '' }] } : none;
}

/** Whether capitals count is the declaration's to say: it is so in every dialect. */
function equality({ filters = {} }: Resource, path: string): 'eq' | 'iexact' {
  const declared = filters[path];
  const folds = typeof declared === 'object' && 'match' in declared && declared.match === 'iexact';
  return folds && declared.path === path ? 'iexact' : 'eq';
}

function patternOf(attribute: string, value: unknown): string {
  if (typeof value !== 'string' && typeof value !== 'number')
    throw invalidWhere(`${attribute} is compared with a text.`);
  const text = String(value);
  if (text.includes('\0')) throw invalidWhere('Null characters are not allowed.');
  if (text.length > 1000) throw invalidWhere('A pattern may have at most 1000 characters.');
  return text;
}
