import { permissions } from '../../../shared/access/roles.ts';
import { Forbidden, Invalid } from '../../store/refusals.ts';
import { resource } from '../declaration.ts';
import { address, boolean, integer, reference, text, timestamp } from '../fields.ts';

export const authToken = resource('auth_token', {
  role: 'admin',
  area: 'people',
  table: 'auth_tokens',
  title: ['API token', 'API tokens'],
  plural: 'api_tokens',
  description:
    'A key that a person made or got for their password. Superusers see all of them, others their own. All that can be changed is `isActive`, to false: that ends it for good. The key itself is never shown.',
  fields: {
    name: text({ readOnly: true }),
    user: reference('user', { readOnly: true }),
    is_active: boolean({ help: 'False ends the token; nothing brings it back.' }),
    lifetime: integer({ column: 'lifetime_hours', readOnly: true, nullable: true, help: 'Hours from its beginning.' }),
    idle_time: integer({
      column: 'idle_hours',
      readOnly: true,
      nullable: true,
      help: 'Hours without use after which it ends; 0 or null: none.',
    }),
    ip_address: address({ column: 'address', readOnly: true, nullable: true, help: 'Where it was asked for.' }),
    last_access: timestamp({ column: 'last_used_at', readOnly: true, nullable: true }),
    created_at: timestamp({ readOnly: true }),
    expires_at: timestamp({ readOnly: true, nullable: true }),
    modified_at: timestamp({ readOnly: true, help: 'When it was made, used or ended last.' }),
  },
  label: "coalesce(nullif({name}, ''), 'Token ' || {id})",
  search: ['name', 'user.username'],
  searchedAlone: true,
  remembered: true,
  order: ['-last_access'],
  own: { sql: '{user} = {me}', may: ['view', 'change'] },
  superusers: permissions,
  unscoped: ['add', 'change', 'delete'],
  hooks: {
    beforeWrite({ kind, before, values }) {
      if (kind === 'create') throw new Forbidden('role', [], 'Tokens are made by signing in, or on the account page.');
      if (values.is_active === true && before?.is_active === false) {
        throw new Invalid({ is_active: ['A token that has ended stays so.'] });
      }
    },
    beforeDelete() {
      throw new Forbidden('role', [], 'Tokens stay in the records; end them instead.');
    },
  },
  rest: [],
  entity: { offers: ['view', 'change'] },
});
