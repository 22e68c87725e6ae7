import { Type } from 'typebox';
import { permissions } from '../../../shared/access/roles.ts';
import type { EntityFacts } from '../declaration.ts';
import { computed, type Field, json } from '../fields.ts';

const quoted = (word: string): string => `'${word}'`;

/** The permission of the role that each permission on an entity takes; empty where nobody has it by a role. */
function takenBy({ names, resource, offers }: EntityFacts): string[] {
  const taken = permissions.map((one) => {
    const given = offers.includes(one) && !resource.superusers?.includes(one);
    return given ? (resource.takes?.[one] ?? one) : '';
  });
  return names.map((name) => `(${[resource.role, name, ...taken].map(quoted).join(', ')})`);
}

const held = `ARRAY[CASE WHEN {can_view} THEN 'view' END, CASE WHEN {can_add} THEN 'add' END,
  CASE WHEN {can_change} THEN 'change' END, CASE WHEN {can_delete} THEN 'delete' END]`;

const level = (key: string, column: string, most: 'all' | 'yes'): string =>
  `'${key}', CASE WHEN e.${column} = ANY(h.held) THEN '${most}' ELSE 'no' END`;

/** What a ruleset lets people do, entity by entity, in AtroCore's words. */
export function roleData(entities: readonly EntityFacts[]): Field {
  const levels = [
    level('create', 'adds', 'yes'),
    level('read', 'views', 'all'),
    level('stream', 'views', 'all'),
    level('edit', 'changes', 'all'),
    level('delete', 'deletes', 'all'),
  ];
  const sql = `SELECT coalesce(json_object_agg(e.entity, json_build_object(${levels.join(', ')}) ORDER BY e.entity), '{}')
    FROM (VALUES ${entities.flatMap(takenBy).join(', ')}) AS e (role, entity, ${permissions.map((one) => `${one}s`).join(', ')}),
      (SELECT ${held} AS held) AS h
    WHERE e.role = {name}`;
  const help = 'What it opens, entity by entity. `canView` and its like are what changes it.';
  return computed(json(Type.Object({}, { additionalProperties: true }), { help }), `(${sql})`);
}
