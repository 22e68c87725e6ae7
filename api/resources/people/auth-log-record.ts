import { permissions } from '../../../shared/access/roles.ts';
import { Forbidden } from '../../store/refusals.ts';
import { resource } from '../declaration.ts';
import { address, boolean, choice, computed, reference, text, timestamp } from '../fields.ts';

const refuseWrites = () => {
  throw new Forbidden('role', [], 'The record of sign-ins is not written by hand.');
};

const reason = "CASE WHEN {is_denied} THEN 'CREDENTIALS' ELSE '' END";

export const authLogRecord = resource('auth_log_record', {
  role: 'admin',
  area: 'people',
  table: 'auth_log_records',
  title: ['Sign-in', 'Sign-ins'],
  description:
    'Somebody signed in with their password, or was refused. Superusers see all of them, others their own. What was typed as a name is not kept when there is no such account.',
  fields: {
    username: computed(text(), "coalesce({user.username}, '')"),
    user: reference('user', { readOnly: true, nullable: true }),
    ip_address: address({ column: 'address', readOnly: true, nullable: true }),
    is_denied: boolean({ readOnly: true }),
    denial_reason: computed(text(), reason),
    authentication: choice(
      { session: 'Browser', basic: 'Request', anonymous: 'Nothing that counted' },
      { column: 'proof', readOnly: true },
    ),
    request_method: text({ readOnly: true, nullable: true }),
    request_url: text({ readOnly: true, nullable: true, help: 'The path of the request.' }),
    created_at: timestamp({ column: 'at', readOnly: true }),
  },
  label: "coalesce({user.username}, 'Somebody') || CASE WHEN {is_denied} THEN ' was refused' ELSE ' signed in' END",
  search: ['username'],
  searchedAlone: true,
  order: ['-id'],
  own: { sql: '{user} = {me}', may: ['view'] },
  superusers: permissions,
  hooks: { beforeWrite: refuseWrites, beforeDelete: refuseWrites },
  rest: [],
  entity: {
    offers: ['view'],
    more: { request_time: computed(text({ help: 'Seconds since 1970.' }), 'extract(epoch FROM {created_at})::text') },
  },
});
