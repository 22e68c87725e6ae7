import Type from 'typebox';
import { permissions, roleNames } from '../../shared/access/roles.ts';
import { scopesFor } from '../../shared/access/scopes.ts';
import { endpoint, signedIn } from './endpoint.ts';
import { modelPermissionsOf, rolesOf } from './rights.ts';

const permission = Type.Enum([...permissions]);

/** Permissions by role, and by model. */
export const rightsSchema = {
  roles: Type.Object(
    Object.fromEntries(roleNames.map((role) => [role, Type.Union([Type.Array(permission), Type.Null()])])),
    { additionalProperties: Type.Union([Type.Array(permission), Type.Null()]) },
  ),
  permissions: Type.Record(Type.String(), Type.Array(permission)),
};

export const myRoles = endpoint({
  method: 'get',
  path: '/api/user/me/roles/',
  also: ['/api/user/roles/'],
  operation: { who: 'signed-in', scopes: scopesFor('admin', 'view') },
  operationId: 'user_me_roles_retrieve',
  tag: 'me',
  summary: 'What your roles let you do',
  description: 'A role without permissions is null. The scopes of a token are not taken into account.',
  responses: {
    200: {
      description: 'Your roles',
      schema: Type.Object({
        user: Type.Integer(),
        username: Type.String(),
        ...rightsSchema,
        is_staff: Type.Boolean(),
        is_superuser: Type.Boolean(),
      }),
    },
  },
  handler: ({ principal }) => {
    const person = signedIn(principal);
    return {
      body: {
        user: person.id,
        username: person.username,
        roles: rolesOf(person),
        permissions: modelPermissionsOf(person),
        is_staff: person.isStaff,
        is_superuser: person.isSuperuser,
      },
    };
  },
});
