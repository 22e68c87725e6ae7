import type { Knex } from 'knex';
import Type from 'typebox';
import { invite } from '../../shared/identity/invitation.ts';
import { resetFactorsOf } from '../../shared/people/factors.ts';
import { endOneSession, listSessions, signOutEverywhere } from '../../shared/people/sessions.ts';
import { endpoint } from '../me/endpoint.ts';
import { sendPasswordReset } from '../resources/people/password-reset.ts';
import { Conflict, NotFound } from '../store/refusals.ts';
import { superusers } from '../store/superusers.ts';

const moment = Type.String({ format: 'date-time' });
const nullableText = Type.Union([Type.String(), Type.Null()]);
const session = Type.Object({
  id: Type.Integer(),
  user: Type.Integer(),
  username: Type.String(),
  created_at: moment,
  last_seen_at: moment,
  expires_at: moment,
  address: nullableText,
  user_agent: nullableText,
  amr: Type.Array(Type.String(), { description: 'How they proved who they are (RFC 8176).' }),
});

const sessions = endpoint({
  method: 'get',
  path: '/api/admin/session/',
  operation: superusers,
  operationId: 'admin_session_list',
  tag: 'administration',
  summary: 'Browsers that are signed in',
  query: Type.Object({
    user: Type.Optional(Type.Integer({ minimum: 1, maximum: 2_147_483_647, description: 'Of this person only.' })),
    limit: Type.Integer({ minimum: 1, maximum: 1000, default: 100 }),
    offset: Type.Integer({ minimum: 0, maximum: 1_000_000, default: 0 }),
  }),
  responses: { 200: { description: 'Sessions, the last used first', schema: Type.Array(session) } },
  async handler({ services, query }) {
    const { user: userId, limit, offset } = query;
    const found = await listSessions(services.knex, { userId, limit, offset });
    return { body: found.map(({ user_id, ...facts }) => ({ ...facts, user: user_id })) };
  },
});

const endSession = endpoint({
  method: 'delete',
  path: '/api/admin/session/{id}/',
  operation: superusers,
  operationId: 'admin_session_destroy',
  tag: 'administration',
  summary: 'Sign one browser out',
  responses: { 204: { description: 'It is signed out' } },
  async handler({ services, principal, id }) {
    if (!(await endOneSession(services.knex, principal, id))) throw new NotFound('Not found.');
    return { status: 204 };
  },
});

const endSessions = endpoint({
  method: 'post',
  path: '/api/admin/user/{id}/end-sessions/',
  operation: superusers,
  operationId: 'admin_user_end_sessions',
  tag: 'administration',
  summary: 'Sign somebody out everywhere',
  description: 'Every browser is signed out and every application disconnected, at once. API tokens stay.',
  responses: { 204: { description: 'They are signed out' } },
  async handler({ services, principal, id }) {
    await refuseNobody(services.knex, id);
    await signOutEverywhere(services.knex, principal, id);
    return { status: 204 };
  },
});

const resetFactors = endpoint({
  method: 'post',
  path: '/api/admin/user/{id}/reset-factors/',
  operation: superusers,
  operationId: 'admin_user_reset_factors',
  tag: 'administration',
  summary: 'Take somebody’s second factors away',
  description:
    'For people who lost them. They are signed out; where a second factor is required, their next sign-in asks them to set one up.',
  responses: { 204: { description: 'They have none any more' } },
  async handler({ services, principal, id }) {
    await refuseNobody(services.knex, id);
    await resetFactorsOf(services.knex, principal, id);
    return { status: 204 };
  },
});

const sendInvitation = endpoint({
  method: 'post',
  path: '/api/admin/user/{id}/invite/',
  operation: superusers,
  operationId: 'admin_user_invite',
  tag: 'administration',
  summary: 'Invite somebody by mail',
  description: 'They get a link by which they choose their own password. It works once.',
  mayFail: ['conflict'],
  responses: { 204: { description: 'The letter is on its way' } },
  async handler({ services, principal, id }) {
    const refused = await services.knex.transaction((trx) => invite(trx, principal, id));
    if (refused === 'no such person') throw new NotFound('Not found.');
    if (refused === 'no address') throw new Conflict('There is no e-mail address to write to.');
    if (refused) throw new Conflict('They have a password already.');
    return { status: 204 };
  },
});

const resetPassword = endpoint({
  method: 'post',
  path: '/api/admin/user/{id}/reset-password/',
  operation: superusers,
  operationId: 'admin_user_reset_password',
  tag: 'administration',
  summary: 'Let somebody choose another password',
  description: 'They get a link by mail. Until they used it, their password of before goes on.',
  mayFail: ['conflict'],
  responses: { 204: { description: 'The letter is on its way' } },
  async handler({ services, principal, id }) {
    await services.knex.transaction((trx) => sendPasswordReset(trx, principal, id));
    return { status: 204 };
  },
});

async function refuseNobody(db: Knex, id: number): Promise<void> {
  if (!(await db('users').where({ id }).first('id'))) throw new NotFound('Not found.');
}

export const peopleEndpoints = [sessions, endSession, endSessions, resetFactors, sendInvitation, resetPassword];
