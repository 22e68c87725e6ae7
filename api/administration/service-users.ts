import Type from 'typebox';
import { FieldRefused } from '../../shared/applications/field-refused.ts';
import { createPerson } from '../../shared/people/commands.ts';
import { wrongWithPerson } from '../../shared/people/fields.ts';
import { findPeople, findPerson, type PersonFacts } from '../../shared/people/find.ts';
import { endpoint } from '../me/endpoint.ts';
import { Invalid } from '../store/refusals.ts';
import { superusers } from '../store/superusers.ts';

const serviceUser = Type.Object({
  id: Type.Integer(),
  username: Type.String(),
  name: Type.String(),
  groups: Type.Array(Type.Object({ id: Type.Integer(), name: Type.String() })),
});

const list = endpoint({
  method: 'get',
  path: '/api/admin/service-user/',
  operation: superusers,
  operationId: 'admin_service_user_list',
  tag: 'administration',
  summary: 'Service users',
  description: 'What scripts and applications act as. They are changed and disabled like other users.',
  query: Type.Object({
    search: Type.Optional(Type.String({ maxLength: 200, description: 'Words that are all in its names.' })),
    limit: Type.Integer({ minimum: 1, maximum: 1000, default: 100 }),
    offset: Type.Integer({ minimum: 0, maximum: 1_000_000, default: 0 }),
  }),
  responses: { 200: { description: 'Those that are enabled, by username', schema: Type.Array(serviceUser) } },
  async handler({ services, query }) {
    const { search = '', limit, offset } = query;
    const { people } = await findPeople(services.knex, { search, kind: 'service', limit, offset });
    return { body: people.map(print) };
  },
});

const create = endpoint({
  method: 'post',
  path: '/api/admin/service-user/',
  operation: superusers,
  operationId: 'admin_service_user_create',
  tag: 'administration',
  summary: 'Make a service user',
  description:
    'Nobody signs in as one: it acts by API tokens, which superusers make for it, and by applications that are given it. What it may do comes from its groups.',
  body: Type.Object({
    username: Type.String({ minLength: 1, maxLength: 150, examples: ['rack-scanner'] }),
    name: Type.Optional(Type.String({ maxLength: 150 })),
    groups: Type.Optional(Type.Array(Type.Integer({ minimum: 1, maximum: 2_147_483_647 }))),
  }),
  responses: { 201: { description: 'It is made', schema: serviceUser } },
  async handler({ services, principal, body }) {
    const wish = {
      username: body.username.trim(),
      first_name: body.name?.trim() ?? '',
      last_name: '',
      email: '',
      is_staff: false,
      is_superuser: false,
      groups: [...new Set(body.groups)],
    };
    const wrong = Object.entries(wrongWithPerson(wish)).map(([field, text]) => [field, [text]]);
    if (wrong.length > 0) throw new Invalid(Object.fromEntries(wrong));
    try {
      const made = await findPerson(services.knex, await createPerson(services.knex, principal, wish, true));
      return { status: 201, body: made && print(made) };
    } catch (error) {
      if (error instanceof FieldRefused) throw new Invalid({ [error.field]: [error.message] });
      throw error;
    }
  },
});

const print = ({ id, username, first_name, groups }: PersonFacts) => ({ id, username, name: first_name, groups });

export const serviceUserEndpoints = [list, create];
