import { roles } from '../../../shared/access/roles.ts';
import { resource } from '../declaration.ts';
import { boolean, choice, computed, json, reference, text } from '../fields.ts';
import { guardRuleset } from './guard-ruleset.ts';
import { roleData } from './role-data.ts';

const labels = Object.fromEntries(Object.entries(roles).map(([role, { label }]) => [role, label]));

const labelOfRole = `CASE {name} ${Object.entries(labels)
  .map(([role, label]) => `WHEN '${role}' THEN '${label}'`)
  .join(' ')} ELSE {name} END`;

export const ruleset = resource('ruleset', {
  role: 'admin',
  area: 'people',
  table: 'rulesets',
  title: ['Ruleset', 'Rulesets'],
  description:
    'What one role lets the members of one group do. Adding or deleting takes changing, and changing takes viewing: those are set along. Rulesets come and go with their group.',
  fields: {
    name: choice(labels, { readOnly: true }),
    label: computed(text(), labelOfRole),
    group: reference('group', { readOnly: true }),
    can_view: boolean({ default: false }),
    can_add: boolean({ default: false }),
    can_change: boolean({ default: false }),
    can_delete: boolean({ default: false }),
  },
  label: "{group.name} || ': ' || {label}",
  search: ['name', 'group.name'],
  remembered: true,
  order: ['group', 'id'],
  own: {
    sql: 'EXISTS (SELECT 1 FROM user_groups AS mine WHERE mine.group_id = {group} AND mine.user_id = {me})',
    may: ['view'],
  },
  hooks: guardRuleset,
  entity: {
    name: 'Role',
    rename: { name: 'role', label: 'roleLabel', group: 'team', whole_name: 'name' },
    more: (entities) => ({
      data: roleData(entities),
      field_data: computed(json(), "'{}'::json"),
      whole_name: computed(text(), "{group.name} || ': ' || {label}"),
      assignment_permission: computed(text(), "'no'::text"),
      portal_permission: computed(text(), "'no'::text"),
      data_privacy_permission: computed(text(), "'no'::text"),
    }),
  },
  rest: [{ path: 'user/ruleset', style: 'pk', offers: ['view', 'change'] }],
});
