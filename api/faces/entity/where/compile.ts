import type { Resource } from '../../../resources/declaration.ts';
import type { Field } from '../../../resources/fields.ts';
import type { Condition } from '../../../store/query.ts';
import { wordOf } from '../../../store/values.ts';
import type { Entities, Entity } from '../spelling.ts';
import { attributeOf } from './attributes.ts';
import { onLink } from './links.ts';
import { namedFilter } from './named-filters.ts';
import { not, onField, type Typed } from './on-field.ts';
import { type Item, invalidWhere, listOf } from './read-where.ts';
import { oppositeOf, plainType } from './types.ts';

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
    return onField(entity.resource, first, attribute.path, attribute.field, item, compiling.timeZone);
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
  if (plainType(item.type) === 'isNotNull') return there;
  const opposite = oppositeOf(item.type);
  const positive = opposite ? { ...item, type: opposite } : item;
  const of = onField(target, attribute, '$label', nameField, positive, compiling.timeZone);
  const condition: Condition = { op: 'through', path, resource: target, of };
  return opposite ? not(condition) : condition;
}
