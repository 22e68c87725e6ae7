import { Type } from 'typebox';
import { resource } from '../declaration.ts';
import { computed, json, text } from '../fields.ts';

const rulesetsOf = `(SELECT coalesce(json_agg(json_build_object('pk', r.id, 'name', r.name, 'group', r.group_id,
  'can_view', r.can_view, 'can_add', r.can_add, 'can_change', r.can_change, 'can_delete', r.can_delete) ORDER BY r.id), '[]')
  FROM rulesets AS r WHERE r.group_id = {id})`;

const membersOf = `(SELECT coalesce(json_agg(json_build_object('pk', u.id, 'username', u.username,
  'first_name', u.first_name, 'last_name', u.last_name) ORDER BY u.username), '[]')
  FROM user_groups AS ug JOIN users AS u ON u.id = ug.user_id WHERE ug.group_id = {id})`;

const rulesetIds = `(SELECT coalesce(json_agg(r.id::text ORDER BY r.id), '[]') FROM rulesets AS r WHERE r.group_id = {id})`;
const rulesetNames = `(SELECT coalesce(json_object_agg(r.id::text, {name} || ': ' || r.name), '{}'::json) FROM rulesets AS r WHERE r.group_id = {id})`;

const list = Type.Array(Type.Unknown());

export const group = resource('group', {
  role: 'admin',
  area: 'people',
  table: 'groups',
  title: ['Group', 'Groups'],
  description:
    'People with the same rights. A new group has a ruleset for each role, which lets its members do nothing yet. Everybody may read the groups that they belong to.',
  fields: {
    name: text({ maxLength: 150 }),
    permissions: computed(json(list, { help: 'Always empty: what members may do is in the rulesets.' }), `'[]'::json`),
    roles: computed(json(list), rulesetsOf),
    users: computed(json(list), membersOf),
  },
  label: '{name}',
  search: ['name'],
  order: ['name'],
  filters: { name: { path: 'name', match: 'iexact' } },
  constraints: { groups_name: { field: 'name', says: 'A group with that name already exists.' } },
  unique: ['name'],
  remembered: true,
  entity: {
    name: 'Team',
    omit: ['permissions', 'roles', 'users'],
    more: {
      roles_ids: computed(json(list), rulesetIds),
      roles_names: computed(json(), rulesetNames),
    },
  },
  own: {
    sql: 'EXISTS (SELECT 1 FROM user_groups AS mine WHERE mine.group_id = {id} AND mine.user_id = {me})',
    may: ['view'],
  },
  rest: [
    { path: 'auth/groups', style: 'ids', keys: ['name', 'permissions'] },
    {
      path: 'user/group',
      style: 'pk',
      keys: ['name'],
      expand: {
        permission_detail: { field: 'permissions', as: 'permissions' },
        role_detail: { field: 'roles', as: 'roles', default: true },
        user_detail: { field: 'users', as: 'users' },
      },
    },
  ],
});
