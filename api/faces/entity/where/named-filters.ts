import type { Condition } from '../../../store/query.ts';
import { camelCase } from '../names.ts';
import type { Entity } from '../spelling.ts';
import { invalidWhere } from './read-where.ts';

const known = new WeakMap<Entity, ReadonlyMap<string, Condition>>();

/** The filters that an entity's lists take by name: declared views, declared flags, what is one's own, what one follows. */
export function namedFilters(entity: Entity): ReadonlyMap<string, Condition> {
  const found = known.get(entity);
  if (found) return found;
  const { own, tabs = {}, filters = {} } = entity.resource;
  const flags = Object.entries(filters).flatMap(([name, filter]) =>
    typeof filter === 'object' && 'flag' in filter ? [[camelCase(name), filter.flag] as const] : [],
  );
  const declared = [
    ...flags,
    ...Object.entries(tabs).map(([name, { sql }]) => [camelCase(name), sql] as const),
    ...(own ? [['onlyMy', own.sql] as const] : []),
    ['onlyFollowed', '{is_followed}'] as const,
  ];
  const named = new Map(declared.map(([name, sql]): [string, Condition] => [name, { op: 'sql', sql }]));
  known.set(entity, named);
  return named;
}

/** @throws Invalid for a name that means nothing: a filter passed over would find too much */
export function namedFilter(entity: Entity, name: string): Condition {
  const found = namedFilters(entity).get(name);
  if (!found) throw invalidWhere(`${entity.name} has no filter ${JSON.stringify(name.slice(0, 100))}.`);
  return found;
}
