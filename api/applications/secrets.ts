import Type from 'typebox';
import { addSecret, endSecret, wrongWithSecret } from '../../shared/applications/secrets.ts';
import { endpoint } from '../me/endpoint.ts';
import { readExpiry } from '../me/expiry.ts';
import { Conflict, Invalid, NotFound } from '../store/refusals.ts';
import { byField, found, superusersOnly } from './lookup.ts';

const path = '/api/o/application/{id}/secret/';

/** One more secret for a confidential application. */
export const addClientSecret = endpoint({
  method: 'post',
  path,
  operation: superusersOnly,
  operationId: 'o_application_secret_create',
  tag: 'applications',
  summary: 'Give an application one more secret',
  description: 'Those that it has go on working. The answer is the only place where it stands in clear.',
  body: Type.Object({
    name: Type.Optional(Type.String({ maxLength: 100, description: 'Where it is used.' })),
    expires_at: Type.Optional(
      Type.Union([Type.String(), Type.Null()], { description: 'A day, its very end, or a moment; null: never.' }),
    ),
  }),
  mayFail: ['conflict'],
  responses: {
    201: {
      description: 'The secret, once in clear',
      schema: Type.Object({ id: Type.Integer(), client_secret: Type.String() }),
    },
  },
  async handler({ services, principal, id, body }) {
    const application = await found(services, id);
    if (application.client_type !== 'confidential' || application.auth_method !== 'client_secret') {
      throw new Conflict('This application does not prove itself by a secret.');
    }
    const expires_at = body.expires_at ? readExpiry('expires_at', body.expires_at) : null;
    const wish = { name: body.name ?? '', expires_at };
    const errors = Object.entries(wrongWithSecret(wish)).map(([field, sentence]) => [field, [sentence]]);
    if (errors.length > 0) throw new Invalid(Object.fromEntries(errors));
    const made = await byField(() => addSecret(services.knex, application, wish, principal));
    return {
      status: 201,
      body: { id: made.id, client_secret: made.clear },
      headers: { 'Cache-Control': 'no-store' },
    };
  },
});

/** Ends a secret of an application. */
export const endClientSecret = endpoint({
  method: 'delete',
  path: `${path}{secret}/`,
  operation: superusersOnly,
  operationId: 'o_application_secret_destroy',
  tag: 'applications',
  summary: 'End a secret of an application',
  description: 'Whoever still sends it is refused at once. Tokens that were issued with it stay.',
  asks: [{ name: 'secret', in: 'path', required: true, schema: { type: 'integer' } }],
  responses: { 204: { description: 'Ended' } },
  async handler({ ctx, services, principal, id }) {
    const application = await found(services, id);
    const secret = String(ctx.params.secret);
    const number = /^[1-9]\d{0,8}$/.test(secret) ? Number(secret) : 0;
    if (!(await endSecret(services.knex, application, number, principal))) throw new NotFound('Not found.');
    return { status: 204 };
  },
});
