import Type from 'typebox';
import {
  changeApplication,
  deleteApplication,
  registerApplication,
  setLogo,
  switchApplication,
} from '../../shared/applications/commands.ts';
import { findApplications } from '../../shared/applications/find.ts';
import { makeRegistrationToken, registrationTokenHours } from '../../shared/applications/registration-tokens.ts';
import { usageOf } from '../../shared/applications/usage.ts';
import type { Application } from '../../shared/models/application.ts';
import type { Services } from '../../shared/services.ts';
import { type Endpoint, endpoint } from '../me/endpoint.ts';
import { Conflict, NotFound } from '../store/refusals.ts';
import { applicationChange, logoIn, newApplication, wishOf } from './input.ts';
import { byField, found, superusersOnly } from './lookup.ts';
import { applicationSchema, printApplication } from './print.ts';
import { addClientSecret, endClientSecret } from './secrets.ts';

const path = '/api/o/application/';

const list = endpoint({
  method: 'get',
  path,
  operation: superusersOnly,
  operationId: 'o_application_list',
  tag: 'applications',
  summary: 'The registered applications',
  query: Type.Object({
    search: Type.Optional(Type.String({ maxLength: 200, description: 'Words in the name, description or client id.' })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
    offset: Type.Optional(Type.Integer({ minimum: 0, maximum: 2_147_483_647 })),
  }),
  responses: { 200: { description: 'Applications by name', schema: Type.Array(applicationSchema) } },
  async handler({ services, query: { search = '', limit = 1000, offset = 0 } }) {
    const { applications } = await findApplications(services.knex, { search, limit, offset });
    return { body: applications.map((application) => printApplication(services.config.publicUrl, application)) };
  },
});

const create = endpoint({
  method: 'post',
  path,
  operation: superusersOnly,
  operationId: 'o_application_create',
  tag: 'applications',
  summary: 'Register an application',
  description: 'The answer is the only place where its client secret stands in clear, when it has one.',
  body: newApplication,
  responses: { 201: { description: 'The application', schema: applicationSchema } },
  async handler({ services, principal, body }) {
    const wish = wishOf(body, null);
    const logo = body.logo ? logoIn(body.logo) : null;
    const made = await byField(() =>
      services.knex.transaction(async (trx) => {
        const registered = await registerApplication(trx, wish, principal);
        if (logo) await setLogo(trx, registered.id, logo, principal);
        if (body.enabled === false) await switchApplication(trx, { id: registered.id, enabled: false }, principal);
        return registered;
      }),
    );
    const printed = await whole(services, await found(services, made.id));
    return {
      status: 201,
      body: { ...printed, ...(made.secret && { client_secret: made.secret }) },
      headers: { 'Cache-Control': 'no-store' },
    };
  },
});

const read = endpoint({
  method: 'get',
  path: `${path}{id}/`,
  operation: superusersOnly,
  operationId: 'o_application_retrieve',
  tag: 'applications',
  summary: 'An application, its secrets by name, and how much it is used',
  responses: { 200: { description: 'The application', schema: applicationSchema } },
  handler: async ({ services, id }) => ({ body: await whole(services, await found(services, id)) }),
});

const change = (method: 'put' | 'patch') =>
  endpoint({
    method,
    path: `${path}{id}/`,
    operation: superusersOnly,
    operationId: method === 'put' ? 'o_application_update' : 'o_application_partial_update',
    tag: 'applications',
    summary: 'Change an application',
    description:
      'What is left out stays. Access tokens that hold more than it may ask for afterwards end at once; disabling it ends everything that was issued to it.',
    body: applicationChange,
    responses: { 200: { description: 'The application', schema: applicationSchema } },
    async handler({ services, principal, id, body }) {
      const before = await found(services, id);
      const wish = wishOf(body, before);
      const logo = body.logo ? logoIn(body.logo) : null;
      await byField(() =>
        services.knex.transaction(async (trx) => {
          if (!(await changeApplication(trx, { id, wish, seen: null }, principal))) throw new NotFound('Not found.');
          if (body.logo !== undefined) await setLogo(trx, id, logo, principal);
          if (body.enabled !== undefined) await switchApplication(trx, { id, enabled: body.enabled }, principal);
        }),
      );
      return { body: await whole(services, await found(services, id)) };
    },
  });

const remove = endpoint({
  method: 'delete',
  path: `${path}{id}/`,
  operation: superusersOnly,
  operationId: 'o_application_destroy',
  tag: 'applications',
  summary: 'Delete an application',
  description: 'Everything that was issued to it ends at once, in every process.',
  responses: { 204: { description: 'Deleted' } },
  async handler({ services, principal, id }) {
    await deleteApplication(services.knex, await found(services, id), principal);
    return { status: 204 };
  },
});

const registrationToken = endpoint({
  method: 'post',
  path: '/api/o/registration-token/',
  operation: superusersOnly,
  operationId: 'o_registration_token_create',
  tag: 'applications',
  summary: 'Let an application register itself',
  description: `Makes a token with which one application may register itself (RFC 7591) within ${registrationTokenHours} hours.`,
  mayFail: ['conflict'],
  responses: {
    201: {
      description: 'The token, once in clear',
      schema: Type.Object({ initial_access_token: Type.String(), expires_in: Type.Integer() }),
    },
  },
  async handler({ services: { knex, config }, principal }) {
    if (config.clientRegistration !== 'token') throw new Conflict('Here applications do not register with a token.');
    const initial_access_token = await makeRegistrationToken(knex, principal);
    return {
      status: 201,
      body: { initial_access_token, expires_in: registrationTokenHours * 3600 },
      headers: { 'Cache-Control': 'no-store' },
    };
  },
});

async function whole({ knex, config }: Services, application: Application): Promise<object> {
  return printApplication(config.publicUrl, application, await usageOf(knex, application.client_id));
}

/** `/api/o/application/`: what the pages about applications do, for programs. */
export const applicationEndpoints: readonly Endpoint[] = [
  list,
  create,
  read,
  change('put'),
  change('patch'),
  remove,
  addClientSecret,
  endClientSecret,
  registrationToken,
];
