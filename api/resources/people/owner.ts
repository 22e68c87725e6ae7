import { resource } from '../declaration.ts';
import { boolean, choice, integer, text } from '../fields.ts';

export const owner = resource('owner', {
  role: 'admin',
  area: 'people',
  table: 'owners',
  title: ['Owner', 'Owners'],
  description: 'Users and groups in one list, as those who can be responsible for something.',
  fields: {
    owner_id: integer({ readOnly: true }),
    owner_model: choice({ user: 'User', group: 'Group' }, { readOnly: true }),
    name: text({ readOnly: true }),
    label: text({ readOnly: true }),
    is_active: boolean({ readOnly: true, hidden: true }),
  },
  label: '{label}',
  search: ['name', 'label'],
  order: ['name'],
  filters: { is_active: 'is_active' },
  own: {
    sql: `CASE {owner_model} WHEN 'user' THEN {owner_id} = {me}
      ELSE EXISTS (SELECT 1 FROM user_groups AS mine WHERE mine.group_id = {owner_id} AND mine.user_id = {me}) END`,
    may: ['view'],
  },
  rest: [{ path: 'user/owner', style: 'pk', readOnlyFace: true }],
});
