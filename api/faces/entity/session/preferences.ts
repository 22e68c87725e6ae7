import type { Knex } from 'knex';
import Type from 'typebox';
import type { Principal } from '../../../../shared/access/principal.ts';
import { scopesFor } from '../../../../shared/access/scopes.ts';
import { audit } from '../../../../shared/audit.ts';
import type { Services } from '../../../../shared/services.ts';
import { type Call, type Endpoint, endpoint, signedIn } from '../../../me/endpoint.ts';
import { Forbidden, Invalid, NotFound } from '../../../store/refusals.ts';
import { base } from '../operations/at.ts';
import { readId } from '../parse-record.ts';
import { type Preferences, preferencesSchema, standardPreferences } from './preferences-schema.ts';

/** What somebody prefers: what they chose, over what holds for everybody. */
export async function preferencesOf(
  db: Knex,
  config: Services['config'],
  userId: number,
): Promise<Preferences & { id: string }> {
  const row = await db('preferences').where({ user_id: userId }).first<{ chosen: Preferences } | undefined>('chosen');
  return { id: String(userId), ...standardPreferences(config), ...row?.chosen };
}

/** Preferences are their person's own; superusers may look after anybody's. */
async function refuseOthers(db: Knex, principal: Principal, userId: number): Promise<void> {
  const me = signedIn(principal);
  if (me.id === userId) return;
  if (!me.isSuperuser) throw new Forbidden('role', [], 'These are not your preferences.');
  if (!(await db('users').where({ id: userId }).first('id'))) throw new NotFound('Not found.');
}

/** Replaces what somebody chose. */
async function choose(
  { services, principal }: Pick<Call, 'services' | 'principal'>,
  userId: number,
  change: (chosen: Preferences) => Preferences | null,
): Promise<Preferences> {
  const { knex, config } = services;
  await knex.transaction(async (trx) => {
    await refuseOthers(trx, principal, userId);
    await trx('preferences').insert({ user_id: userId }).onConflict().ignore();
    const row = await trx('preferences')
      .where({ user_id: userId })
      .forUpdate()
      .first<{ chosen: Preferences }>('chosen');
    const chosen = change(row?.chosen ?? {}) ?? {};
    await trx('preferences')
      .where({ user_id: userId })
      .update({ chosen: JSON.stringify(chosen), modified_at: trx.fn.now() });
    const changes = { preferences: { old: row?.chosen ?? {}, new: chosen } };
    await audit(trx, principal, { action: 'update', resource: 'preferences', objectId: userId, changes });
  });
  return preferencesOf(knex, config, userId);
}

const path = `${base}/Preferences/{id}`;
const answered = {
  200: {
    description: 'The preferences.',
    schema: Type.Intersect([Type.Object({ id: Type.String() }), preferencesSchema]),
  },
};
const read = { who: 'signed-in', scopes: scopesFor('admin', 'view') } as const;
const write = { who: 'signed-in', scopes: scopesFor('admin', 'change') } as const;
const common = { tag: 'entity', responses: answered } as const;

const changing = (method: 'put' | 'patch'): Endpoint =>
  endpoint({
    ...common,
    method,
    path,
    operation: write,
    operationId: `v1_Preferences_${method}`,
    summary: 'Change what you prefer',
    body: preferencesSchema,
    handler: async (call) => ({ body: await choose(call, call.id, (chosen) => ({ ...chosen, ...call.body })) }),
  });

export const preferencesEndpoints: readonly Endpoint[] = [
  endpoint({
    ...common,
    method: 'get',
    path,
    operation: read,
    operationId: 'v1_Preferences_read',
    summary: 'What you prefer',
    description: 'By the id of the person: your own, or anybody’s for a superuser.',
    handler: async ({ services, principal, id }) => {
      await refuseOthers(services.knex, principal, id);
      return { body: await preferencesOf(services.knex, services.config, id) };
    },
  }),
  changing('put'),
  changing('patch'),
  endpoint({
    ...common,
    method: 'delete',
    path,
    operation: write,
    operationId: 'v1_Preferences_delete',
    summary: 'Go back to what holds for everybody',
    handler: async (call) => ({ body: await choose(call, call.id, () => null) }),
  }),
  endpoint({
    ...common,
    method: 'post',
    path: `${base}/Preferences/action/resetDashboard`,
    operation: write,
    operationId: 'v1_Preferences_resetDashboard',
    summary: 'Go back to an empty dashboard',
    body: Type.Object({ id: Type.String() }),
    mayFail: ['missing'],
    handler: async (call) => {
      const id = readId(call.body.id);
      if (id === null) throw new Invalid({ id: ['An id is required.'] });
      const reset = ({ dashboardLayout: _, dashletsOptions: __, ...rest }: Preferences) => rest;
      return { body: await choose(call, id, reset) };
    },
  }),
];
