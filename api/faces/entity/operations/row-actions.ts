import Type from 'typebox';
import type { Endpoint } from '../../../me/endpoint.ts';
import type { Action, Row } from '../../../resources/declaration.ts';
import { operationFor, operationsOf } from '../../../store/operation.ts';
import { Invalid, NotFound } from '../../../store/refusals.ts';
import { setFollowed } from '../../../store/subscriptions.ts';
import { camelCase } from '../names.ts';
import { readId } from '../parse-record.ts';
import { operationOf, type Speaking } from './at.ts';
import { sent, yes } from './document.ts';
import { shown } from './records.ts';

/** What can be done to one row beside reading and changing it: following it, and the declared actions. */
export function rowOperations(speaking: Speaking): Endpoint[] {
  const { entity } = speaking;
  const actions = Object.entries(entity.resource.actions ?? {});
  return [
    ...(entity.offers.includes('view') ? followOperations(speaking) : []),
    ...actions
      .filter(([, action]) => entity.offers.includes(action.permission ?? 'change'))
      .map(([name, action]) => actionOperation(speaking, name, action)),
  ];
}

function followOperations(speaking: Speaking): Endpoint[] {
  const { entity, anonymousRead } = speaking;
  const { resource } = entity;
  const common = {
    path: '/{id}/subscription',
    operation: { ...operationsOf(resource, anonymousRead).view, anonymous: false },
  };
  const set = async (call: Parameters<Parameters<typeof operationOf>[1]['handle']>[0], followed: boolean) => {
    const { services, store, principal, id } = call;
    const seen = await setFollowed(services, store, principal, resource, [id], followed);
    if (seen.length === 0) throw new NotFound();
  };
  return [
    operationOf(speaking, {
      ...common,
      method: 'put',
      id: 'follow',
      summary: `Follow one ${entity.name}`,
      responses: { 200: { description: 'Followed.', schema: Type.Object({ message: Type.String() }) } },
      handle: async (call) => {
        await set(call, true);
        return { body: { message: 'You follow this now.' } };
      },
    }),
    operationOf(speaking, {
      ...common,
      method: 'delete',
      id: 'unfollow',
      summary: `Unfollow one ${entity.name}`,
      responses: yes,
      handle: async (call) => {
        await set(call, false);
        return { body: true };
      },
    }),
  ];
}

function actionOperation(speaking: Speaking, name: string, action: Action): Endpoint {
  const { entity, anonymousRead } = speaking;
  const { resource } = entity;
  const input = Object.keys(action.input ?? {});
  const properties = Object.fromEntries(input.map((one) => [camelCase(one), {}]));
  return operationOf(speaking, {
    method: 'post',
    path: `/action/${camelCase(name)}`,
    id: camelCase(name),
    summary: `${action.label}: ${entity.name}`,
    operation: operationFor(resource, action, anonymousRead),
    sends: sent({ id: { type: 'string' }, ...properties }, { id: '1' }),
    responses: {
      200: {
        description: 'What came of it, or the row as it now is.',
        schema: Type.Object({}, { additionalProperties: true }),
      },
    },
    mayFail: ['missing', 'conflict'],
    handle: async (call) => {
      const { record, store, principal } = call;
      const id = readId(record.id);
      if (id === null) throw new Invalid({ id: ['An id is required.'] });
      const given: Row = Object.fromEntries(input.map((one) => [one, record[camelCase(one)] ?? record[one]]));
      const answered = await store.act(principal, resource, id, name, given);
      return answered ? { body: answered } : shown(entity, call, id);
    },
  });
}
