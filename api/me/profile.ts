import type { Knex } from 'knex';
import Type from 'typebox';
import { loadPerson } from '../../shared/access/load-person.ts';
import type { Person } from '../../shared/access/principal.ts';
import { scopesFor } from '../../shared/access/scopes.ts';
import { audit } from '../../shared/audit.ts';
import { Unauthenticated } from '../store/refusals.ts';
import { endpoint, signedIn } from './endpoint.ts';
import { modelPermissionsOf, rolesOf } from './rights.ts';
import { rightsSchema } from './roles.ts';

const writable = {
  first_name: Type.Optional(Type.String({ maxLength: 150 })),
  last_name: Type.Optional(Type.String({ maxLength: 150 })),
  email: Type.Optional(
    Type.Union([Type.String({ format: 'email', maxLength: 254 }), Type.Literal('')], { description: 'May be empty.' }),
  ),
};

const schema = Type.Object({
  pk: Type.Integer(),
  username: Type.String(),
  first_name: Type.String(),
  last_name: Type.String(),
  email: Type.String(),
  groups: Type.Array(Type.Object({ pk: Type.Integer(), name: Type.String() })),
  is_staff: Type.Boolean(),
  is_superuser: Type.Boolean(),
  is_active: Type.Boolean(),
  profile: Type.Object({ displayname: Type.Union([Type.String(), Type.Null()]) }, { additionalProperties: true }),
  roles: Type.Optional(rightsSchema.roles),
  permissions: Type.Optional(rightsSchema.permissions),
});

const query = Type.Object({
  roles: Type.Optional(Type.Boolean({ description: 'Also answer `roles` and `permissions`.' })),
});

export const readMe = endpoint({
  method: 'get',
  path: '/api/user/me/',
  operation: { who: 'signed-in', scopes: scopesFor('admin', 'view') },
  operationId: 'user_me_retrieve',
  tag: 'me',
  summary: 'Who you are',
  query,
  responses: { 200: { description: 'Your account', schema } },
  handler: async ({ services, principal, query }) => ({
    body: await profileOf(services.knex, signedIn(principal), query.roles ?? false),
  }),
});

export const changeMe = endpoint({
  method: 'patch',
  path: '/api/user/me/',
  operation: { who: 'signed-in', scopes: scopesFor('admin', 'change') },
  operationId: 'user_me_partial_update',
  tag: 'me',
  summary: 'Change your name or e-mail address',
  query,
  body: Type.Object(writable),
  responses: { 200: { description: 'Your account, changed', schema } },
  handler: async ({ services, principal, query, body }) => {
    const me = signedIn(principal);
    const changed = await services.knex.transaction(async (trx) => {
      const before = await trx('users').where({ id: me.id }).forUpdate().first(Object.keys(writable));
      const changes = Object.entries(body)
        .filter(([field, value]) => before && before[field] !== value)
        .map(([field, value]) => [field, { old: before[field], new: value }]);
      if (changes.length > 0) {
        await trx('users').where({ id: me.id }).update(body);
        const entry = { action: 'update', resource: 'user', objectId: me.id, changes: Object.fromEntries(changes) };
        await audit(trx, principal, entry);
      }
      return loadPerson(trx, { id: me.id });
    });
    if (!changed) throw new Unauthenticated();
    return { body: await profileOf(services.knex, changed, query.roles ?? false) };
  },
});

async function profileOf(db: Knex, person: Person, withRights: boolean): Promise<Record<string, unknown>> {
  const name = `${person.firstName} ${person.lastName}`.trim();
  return {
    pk: person.id,
    username: person.username,
    first_name: person.firstName,
    last_name: person.lastName,
    email: person.email,
    groups: await db('groups')
      .whereIn('id', [...person.groups])
      .orderBy('name')
      .select('id AS pk', 'name'),
    is_staff: person.isStaff,
    is_superuser: person.isSuperuser,
    is_active: person.isActive,
    profile: { ...emptyProfile, displayname: name || null, active: person.isActive },
    ...(withRights && { roles: rolesOf(person), permissions: modelPermissionsOf(person) }),
  };
}

/** The rest of InvenTree's profile: nothing here is kept of it. */
const emptyProfile = {
  language: null,
  theme: null,
  widgets: null,
  position: null,
  status: null,
  location: null,
  contact: null,
  type: 'internal',
  organisation: null,
  primary_group: null,
};
