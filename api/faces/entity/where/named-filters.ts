import type { Field } from '../../../resources/fields.ts';
import type { Condition } from '../../../store/query.ts';
import { camelCase } from '../names.ts';
import type { Entity } from '../spelling.ts';
import { invalidWhere } from './read-where.ts';

const known = new WeakMap<Entity, ReadonlyMap<string, Condition>>();

/** The filters that an entity's lists take by name: declared views, declared flags, what is one's own, what one follows. */
export function namedFilters(entity: Entity): ReadonlyMap<string, Condition> {
  const found = known.get(entity);
  if (found) return found;
  const { own, tabs = {}, filters = {}, fields } = entity.resource;
  const flags = Object.entries(filters).flatMap(([name, filter]) =>
    typeof filter === 'object' && 'flag' in filter ? [[camelCase(name), filter.flag] as const] : [],
  );
  const activeFields = ['is_active', 'active'].filter((name) => fields[name]?.kind === 'boolean');
  const teamed = Object.entries(fields).find(([, { target, hidden }]) => target === 'group' && !hidden);
  const declared = [
    ...activeFields.map((name) => ['active', `{${name}}`] as const),
    ...(teamed ? [['onlyMyTeam', inMyTeams(...teamed)] as const] : []),
    ...flags,
    ...Object.entries(tabs).map(([name, { sql }]) => [camelCase(name), sql] as const),
    ...(own ? [['onlyMy', own.sql] as const] : []),
    ['onlyFollowed', '{is_followed}'] as const,
  ];
  const named = new Map(declared.map(([name, sql]): [string, Condition] => [name, { op: 'sql', sql }]));
  known.set(entity, named);
  return named;
}

/** SQL that holds for rows that belong to a group of the caller's. */
const inMyTeams = (name: string, { kind }: Field): string => {
  const mine = 'SELECT mine.group_id FROM user_groups AS mine WHERE mine.user_id = {me}';
  return kind === 'many' ? `{${name}} && ARRAY(${mine})` : `{${name}} IN (${mine})`;
};

/** @throws Invalid for a name that means nothing: a filter passed over would find too much */
export function namedFilter(entity: Entity, name: string): Condition {
  const found = namedFilters(entity).get(name);
  if (!found) throw invalidWhere(`${entity.name} has no filter ${JSON.stringify(name.slice(0, 100))}.`);
  return found;
}
