import type { Knex } from 'knex';
import Type from 'typebox';
import { decide } from '../../../shared/access/decide.ts';
import type { Principal } from '../../../shared/access/principal.ts';
import { permissions, roleNames } from '../../../shared/access/roles.ts';
import { scopesFor } from '../../../shared/access/scopes.ts';
import { deviceToken, printDeviceToken } from '../../me/device-tokens.ts';
import { endpoint, signedIn } from '../../me/endpoint.ts';

const option = Type.Object({ value: Type.Integer(), label: Type.String() });
const schema = Type.Object({
  data: Type.Object({
    id: Type.Integer(),
    name: Type.String(),
    username: Type.String(),
    email: Type.String(),
    locale: Type.String(),
    tenants: Type.Array(option, { description: 'The groups that you belong to.' }),
    roles: Type.Array(Type.String(), { description: 'The roles that let you do anything.' }),
    permissions: Type.Array(Type.String(), { description: '`host.view`: what this very request may do.' }),
    token: Type.Union([deviceToken, Type.Null()], {
      description: 'The API token of this request, never in clear; null for sessions and access tokens.',
    }),
  }),
});

export const me = endpoint({
  method: 'get',
  path: '/api/me',
  operation: { who: 'signed-in', scopes: scopesFor('admin', 'view') },
  operationId: 'me',
  tag: 'table',
  summary: 'Who you are and what you may do',
  responses: { 200: { description: 'Your account', schema } },
  handler: async ({ services: { knex }, principal }) => {
    const { id, username, firstName, lastName, email, groups } = signedIn(principal);
    const held = roleNames.flatMap((role) =>
      permissions
        .filter((one) => decide(principal, { role, permission: one, scopes: scopesFor(role, one) }).allow === 'all')
        .map((permission) => ({ role, permission })),
    );
    return {
      body: {
        data: {
          id,
          name: `${firstName} ${lastName}`.trim() || username,
          username,
          email,
          locale: 'en',
          tenants: await knex('groups')
            .whereIn('id', [...groups])
            .orderBy('name')
            .select('id AS value', 'name AS label'),
          roles: [...new Set(held.map(({ role }) => role))],
          permissions: held.map(({ role, permission }) => `${role}.${permission}`),
          token: await tokenOf(knex, principal),
        },
      },
    };
  },
});

async function tokenOf(knex: Knex, { tokenId }: Principal): Promise<object | null> {
  if (tokenId === null) return null;
  const row = await knex('api_tokens').where({ id: tokenId }).first();
  return row ? printDeviceToken(row) : null;
}
