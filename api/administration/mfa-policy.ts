import Type from 'typebox';
import { isMfaLevel, mfaLevels, mfaPolicy, setMfaPolicy } from '../../shared/identity/mfa-policy.ts';
import { endpoint } from '../me/endpoint.ts';
import { Invalid } from '../store/refusals.ts';
import { superusers } from '../store/superusers.ts';

const levels = Object.entries(mfaLevels).map(([level, words]) => `\`${level}\`: ${words.toLowerCase()}`);
const level = Type.String({ description: `${levels.join('; ')}.`, examples: ['offered'] });
const policy = Type.Object({
  everybody: level,
  groups: Type.Array(Type.Object({ group: Type.Integer(), name: Type.String(), level })),
});

const read = endpoint({
  method: 'get',
  path: '/api/admin/mfa-policy/',
  operation: superusers,
  operationId: 'admin_mfa_policy_retrieve',
  tag: 'administration',
  summary: 'Who needs a second factor',
  responses: { 200: { description: 'Of several that hold for somebody the strictest counts', schema: policy } },
  async handler({ services }) {
    const { everybody, groups } = await mfaPolicy(services.knex);
    return { body: { everybody, groups: groups.map(({ groupId, ...rest }) => ({ group: groupId, ...rest })) } };
  },
});

const change = endpoint({
  method: 'patch',
  path: '/api/admin/mfa-policy/',
  operation: superusers,
  operationId: 'admin_mfa_policy_partial_update',
  tag: 'administration',
  summary: 'Say who needs a second factor',
  description: 'Who needs one now proves it at their next request.',
  body: Type.Object({
    group: Type.Optional(
      Type.Union([Type.Integer({ minimum: 1, maximum: 2_147_483_647 }), Type.Null()], {
        description: 'The group that it holds for; null or absent: everybody.',
      }),
    ),
    level: Type.Union([level, Type.Null()], { description: 'Null: the group has no policy of its own.' }),
  }),
  responses: { 204: { description: 'It holds from now on' } },
  async handler({ services, principal, body }) {
    const { group: groupId = null, level: wanted } = body;
    if (wanted !== null && !isMfaLevel(wanted)) {
      throw new Invalid({ level: [`This must be one of ${Object.keys(mfaLevels).join(', ')}.`] });
    }
    await services.knex.transaction(async (trx) => {
      if (groupId === null) {
        if (wanted === null) throw new Invalid({ level: ['This may be null for a group only.'] });
        return setMfaPolicy(trx, principal, { groupId, level: wanted });
      }
      if (!(await trx('groups').where({ id: groupId }).first('id'))) {
        throw new Invalid({ group: ['There is no such group.'] });
      }
      return setMfaPolicy(trx, principal, { groupId, level: wanted });
    });
    return { status: 204 };
  },
});

export const mfaPolicyEndpoints = [read, change];
