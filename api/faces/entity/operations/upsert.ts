import Type from 'typebox';
import { roleNames } from '../../../../shared/access/roles.ts';
import { type Call, type Endpoint, endpoint } from '../../../me/endpoint.ts';
import { sentenceOf } from '../../../me/refused.ts';
import type { Condition } from '../../../store/query.ts';
import { Invalid, NotFound, Refusal, rowRule } from '../../../store/refusals.ts';
import { objectOf, parseRecord, readId, withKeys } from '../parse-record.ts';
import { idProjection, projectionOf } from '../projection.ts';
import type { Entities, Entity } from '../spelling.ts';
import { comparedValue } from '../where/values.ts';
import { base, type EntityCall, entityCall } from './at.ts';

const mostRecords = 1000;
const writeScopes = ['a:superuser', ...roleNames.flatMap((role) => [`r:add:${role}`, `r:change:${role}`])];

const result = Type.Object({
  status: Type.Enum(['Created', 'Updated', 'NotModified', 'Failed']),
  stored: Type.Boolean(),
  entity: Type.Optional(Type.Object({}, { additionalProperties: true })),
  message: Type.Optional(Type.String()),
});

const sends = {
  schema: {
    type: 'array',
    maxItems: mostRecords,
    items: {
      type: 'object',
      properties: { entity: { type: 'string' }, payload: { type: 'object' } },
      required: ['entity', 'payload'],
    },
  },
  example: [{ entity: 'Building', payload: { code: 'B1' } }],
};

/** `POST MassActions/action/upsert`: records that are made, or changed where they are there already. */
export const upsert = (entities: Entities): Endpoint =>
  endpoint({
    method: 'post',
    path: `${base}/MassActions/action/upsert`,
    operation: { who: 'signed-in', scopes: writeScopes },
    operationId: 'v1_MassActions_upsert',
    tag: 'entity',
    summary: 'Create or change records of any entity',
    description:
      'A record is found by its `id`, else by a field that tells the rows of its entity apart. Each stands for itself: one that fails does not keep the others from being stored. It is all done when the answer comes, `Use-Queue` or not.',
    sends,
    responses: { 200: { description: 'What came of each, in order.', schema: Type.Array(result) } },
    handler: async (call) => {
      const given: unknown = (call.ctx.request as { body?: unknown }).body;
      if (!Array.isArray(given)) throw new Invalid({ [rowRule]: ['A list of records is required.'] });
      if (given.length > mostRecords)
        throw new Invalid({ [rowRule]: [`At most ${mostRecords} records may be sent at once.`] });
      const results: object[] = [];
      for (const one of given) results.push(await storeOne(call, entities, one));
      return { body: results };
    },
  });

async function storeOne(call: Call, entities: Entities, given: unknown): Promise<object> {
  const { entity: name, payload } = (typeof given === 'object' && given ? given : {}) as {
    entity?: unknown;
    payload?: unknown;
  };
  const entity = typeof name === 'string' ? entities.named(name) : undefined;
  if (!entity) return failed('There is no such entity.');
  try {
    return await store(entity, entityCall(call, entities, objectOf(payload)));
  } catch (error) {
    const refusal = withKeys(entity, error);
    if (!(refusal instanceof Refusal)) throw error;
    return failed(refusal instanceof Invalid ? sentenceOf(refusal.fields) : refusal.message || 'Not found.');
  }
}

const failed = (message: string) => ({ status: 'Failed', stored: false, message });

async function store(entity: Entity, call: EntityCall): Promise<object> {
  const { store, principal, record: payload } = call;
  const { resource, offers } = entity;
  const given = parseRecord(entity, payload);
  const id = await existing(entity, call);
  if (id === null) {
    if (!offers.includes('add')) return failed(`${entity.name} records can not be made here.`);
    const [made = 0] = await store.create(principal, resource, given);
    return { status: 'Created', stored: true, entity: await recordOf(entity, call, made) };
  }
  if (!offers.includes('change')) return failed(`${entity.name} records can not be changed here.`);
  const before = await recordOf(entity, call, id);
  await store.update(principal, resource, id, given, false);
  const after = await recordOf(entity, call, id);
  const modified = JSON.stringify(before) !== JSON.stringify(after);
  return { status: modified ? 'Updated' : 'NotModified', stored: modified, entity: after };
}

async function recordOf(entity: Entity, { store, principal, asking }: EntityCall, id: number): Promise<object> {
  return JSON.parse(await store.show(principal, projectionOf(entity, asking.sight), id));
}

/** The row that a record means; null when it is new. Rows that the caller may not view are not found. */
async function existing(entity: Entity, call: EntityCall): Promise<number | null> {
  const { store, principal, record: payload } = call;
  const find = async (where: Condition): Promise<number | null> => {
    const page = { kind: 'offset', offset: 0, limit: 1, uncounted: true } as const;
    const { text } = await store.list(principal, idProjection(entity), {
      where: [where],
      search: [],
      order: ['id'],
      page,
    });
    const [row] = JSON.parse(text ?? '[]') as { id: string }[];
    return row ? Number(row.id) : null;
  };
  if (payload.id !== undefined && payload.id !== null) {
    const id = readId(payload.id);
    const found = id === null ? null : await find({ op: 'eq', path: 'id', value: id });
    if (found === null) throw new NotFound('There is no record with this id.');
    return found;
  }
  for (const { key, name, field } of entity.keys) {
    if (!entity.resource.unique?.includes(name) || payload[key] === undefined || payload[key] === null) continue;
    const value = comparedValue(key, field, payload[key]);
    const found = await find({ op: field.kind === 'text' ? 'iexact' : 'eq', path: name, value });
    if (found !== null) return found;
  }
  return null;
}
