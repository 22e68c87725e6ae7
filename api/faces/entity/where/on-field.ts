import type { Resource } from '../../../resources/declaration.ts';
import type { Field } from '../../../resources/fields.ts';
import type { Condition } from '../../../store/query.ts';
import { isOfTime, spanOf } from './moments.ts';
import { type Item, invalidWhere, listOf } from './read-where.ts';
import { comparisons, notAsText, oppositeOf, patterns, plainType, sets, unordered } from './types.ts';
import { comparedValue } from './values.ts';

/** An item that says what it asks. */
export type Typed = Item & { readonly type: string };

export const not = (of: Condition): Condition => ({ op: 'not', of });

/** A condition on a field of the row itself. @throws Invalid where its type and value do not go with the field */
export function onField(
  resource: Resource,
  attribute: string,
  path: string,
  field: Field,
  given: Typed,
  timeZone: string,
): Condition {
  const opposite = oppositeOf(given.type);
  if (opposite) return not(onField(resource, attribute, path, field, { ...given, type: opposite }, timeZone));
  const type = plainType(given.type);
  const { value } = given;
  const takes = (fits: boolean) => {
    if (!fits) throw invalidWhere(`${type} does not go with ${attribute}.`);
  };
  const read = (raw: unknown) => comparedValue(attribute, field, raw);
  const is = (raw: unknown): Condition =>
    raw === null ? { op: 'null', path } : { op: equality(resource, path), path, value: read(raw) };

  if (isOfTime(type)) return spanOf(given, type, path, field, timeZone);
  const pattern = patterns.get(type);
  if (pattern) {
    takes(!notAsText.has(field.kind));
    return { op: pattern, path, value: patternOf(attribute, type, value) };
  }
  const comparison = comparisons.get(type);
  if (comparison) {
    takes(!unordered.has(field.kind));
    return { op: comparison, path, value: read(value) };
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

function patternOf(attribute: string, type: string, value: unknown): string {
  if (typeof value !== 'string' && typeof value !== 'number')
    throw invalidWhere(`${attribute} is compared with a text.`);
  const text = String(value);
  if (text.includes('\0')) throw invalidWhere('Null characters are not allowed.');
  if (text.length > 1000) throw invalidWhere('A pattern may have at most 1000 characters.');
  if (type === 'like' && /^(?:[^\\]|\\.)*\\$/s.test(text)) throw invalidWhere('A pattern may not end with \\ alone.');
  return text;
}
