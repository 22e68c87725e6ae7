import { resource } from '../declaration.ts';
import { boolean, computed, json, many, text, timestamp } from '../fields.ts';
import { accessActions } from './access-actions.ts';
import { activation } from './activation.ts';
import { guardUser } from './guard-user.ts';

const groupsOf = `(SELECT coalesce(json_agg(json_build_object('pk', g.id, 'name', g.name) ORDER BY g.id), '[]')
  FROM user_groups AS ug JOIN groups AS g ON g.id = ug.group_id WHERE ug.user_id = {id})`;

const fullName = "coalesce(nullif(concat_ws(' ', nullif({first_name}, ''), nullif({last_name}, '')), ''), {username})";

/** The rulesets of somebody's groups, as ids in a list and as names by id. */
const rulesetsOf = (list: string) => `(SELECT coalesce(${list}) FROM user_groups AS ug
  JOIN groups AS g ON g.id = ug.group_id JOIN rulesets AS r ON r.group_id = g.id WHERE ug.user_id = {id})`;

/** What AtroCore's clients expect beside an account. */
const asEntity = {
  name: computed(text(), fullName),
  is_portal_user: computed(boolean({ help: 'Always false: there are no portals.' }), 'false::boolean'),
  type: computed(text({ help: 'Always `Token`.' }), "'Token'::text"),
  roles_ids: computed(json(), rulesetsOf("json_agg(r.id::text ORDER BY r.id), '[]'")),
  roles_names: computed(json(), rulesetsOf("json_object_agg(r.id::text, g.name || ': ' || r.name), '{}'")),
  created_at: computed(timestamp(), '{date_joined}'),
  last_access: computed(timestamp({ nullable: true, help: 'When they last signed in.' }), '{last_login}'),
};

/** What InvenTree's clients expect beside an account; we keep none of it but what the account itself says. */
const profileOf = `json_build_object('displayname', NULL, 'position', NULL, 'status', NULL, 'location', NULL,
  'active', {is_active}, 'contact', NULL, 'type', CASE WHEN {is_service} THEN 'bot' ELSE 'internal' END,
  'organisation', NULL, 'primary_group', NULL, 'language', NULL, 'theme', NULL, 'widgets', NULL)`;

export const user = resource('user', {
  role: 'admin',
  area: 'people',
  table: 'users',
  title: ['User', 'Users'],
  description:
    'Somebody who can sign in, or a service user that an application acts as. A new one has no password until it is set. Everybody may read their own.',
  fields: {
    is_superuser: boolean({ default: false, superuserOnly: true, help: 'May do everything.' }),
    username: text({ maxLength: 150, help: 'Upper and lower case count as one.' }),
    first_name: text({ maxLength: 150, blank: true }),
    last_name: text({ maxLength: 150, blank: true }),
    email: text({ maxLength: 254, blank: true }),
    is_staff: boolean({ default: false, superuserOnly: true, help: 'May use the staff endpoints.' }),
    is_active: boolean({
      default: true,
      help: 'Nobody can sign in as an inactive user, and all of their access ends.',
    }),
    groups: many('group', { table: 'user_groups', from: 'user_id', to: 'group_id' }),
    is_service: boolean({ readOnly: true, hidden: true }),
    date_joined: timestamp({ readOnly: true, hidden: true }),
    last_login: timestamp({ readOnly: true, hidden: true, nullable: true }),
    group_list: computed(json(), groupsOf),
    profile: computed(json(), profileOf),
  },
  label: '{username}',
  hint: "concat_ws(' ', nullif({first_name}, ''), nullif({last_name}, ''))",
  columns: ['username', 'first_name', 'last_name', 'email', 'is_active', 'is_staff', 'is_superuser', 'groups'],
  search: ['username', 'first_name', 'last_name', 'email'],
  searchText: true,
  order: ['username'],
  filters: {
    username: { path: 'username', match: 'iexact' },
    email: { path: 'email', match: 'iexact' },
    group: { sql: '{value} = ANY({groups})', type: 'reference' },
  },
  constraints: {
    users_username: { field: 'username', says: 'A user with that username already exists.' },
    users_last_superuser: { field: null, says: 'This is the last active superuser. Make another one first.' },
  },
  own: { sql: '{id} = {me}', may: ['view'] },
  unique: ['username'],
  remembered: true,
  hooks: guardUser,
  actions: { ...activation, ...accessActions },
  entity: {
    rename: { username: 'userName', email: 'emailAddress', is_superuser: 'isAdmin', groups: 'teams' },
    omit: ['group_list', 'profile'],
    more: asEntity,
    always: ['userName', 'lastName', 'emailAddress', 'isPortalUser', 'isActive', 'isAdmin'],
  },
  rest: [
    {
      path: 'auth/users',
      style: 'ids',
      withoutActions: true,
      keys: ['is_superuser', 'username', 'first_name', 'last_name', 'email', 'is_staff', 'is_active', 'groups'],
    },
    {
      path: 'user',
      style: 'pk',
      keys: [
        'username',
        'first_name',
        'last_name',
        'email',
        'group_list',
        'groups',
        'is_staff',
        'is_superuser',
        'is_active',
        'profile',
      ],
      rename: { group_list: 'groups', groups: 'group_ids' },
    },
  ],
});
