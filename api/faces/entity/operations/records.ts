import type { Permission } from '../../../../shared/access/roles.ts';
import type { Endpoint } from '../../../me/endpoint.ts';
import { operationsOf } from '../../../store/operation.ts';
import type { Condition } from '../../../store/query.ts';
import { parseList, readParameters, selected } from '../parse-list.ts';
import { parseRecord, previousOf } from '../parse-record.ts';
import { projectionOf } from '../projection.ts';
import type { Entity } from '../spelling.ts';
import { type EntityCall, operationOf, type Speaking } from './at.ts';
import { answered, listParameters, page, schemaOf, selectParameter, yes } from './document.ts';
import { exampleRecord } from './example.ts';

/** List, create, read, change and delete. */
export function recordOperations(speaking: Speaking): Endpoint[] {
  const { entity, anonymousRead } = speaking;
  const { resource } = entity;
  const operations = operationsOf(resource, anonymousRead);
  const [one, many] = resource.title.map((title) => (/^[A-Z]{2}/.test(title) ? title : title.toLowerCase()));
  const sends = {
    schema: { $ref: `#/components/schemas/${schemaOf(entity)}Write` },
    example: exampleRecord(entity),
  };
  const declare = (permission: Permission, declared: Omit<Parameters<typeof operationOf>[1], 'operation'>) =>
    entity.offers.includes(permission)
      ? [operationOf(speaking, { ...declared, operation: operations[permission] })]
      : [];
  const change = (method: 'put' | 'patch') =>
    declare('change', {
      method,
      path: '/{id}',
      id: method,
      summary: `Change one of the ${many}`,
      description: 'Only the keys that are sent change, whichever the method.',
      sends,
      responses: answered(entity),
      mayFail: ['conflict'],
      handle: (call) => changeRecord(entity, call),
    });
  return [
    ...declare('view', {
      method: 'get',
      path: '',
      id: 'list',
      summary: `List ${many} as entities`,
      asks: listParameters(entity),
      responses: { 200: { description: 'How many there are in all, and a page of them.', schema: page(entity) } },
      handle: (call) => listRecords(entity, call),
    }),
    ...declare('add', {
      method: 'post',
      path: '',
      id: 'create',
      summary: `Create one of the ${many}`,
      sends,
      responses: answered(entity),
      mayFail: ['conflict'],
      handle: async (call) => {
        const { store, principal, record } = call;
        const [id = 0] = await store.create(principal, resource, parseRecord(entity, record));
        return shown(entity, call, id);
      },
    }),
    ...declare('view', {
      method: 'get',
      path: '/{id}',
      id: 'read',
      summary: `Read one ${one} as an entity`,
      asks: [selectParameter],
      responses: answered(entity),
      handle: async ({ ctx, store, principal, id, asking }) => {
        const select = selected(readParameters(ctx.querystring).select);
        return { text: await store.get(principal, projectionOf(entity, asking.sight, select), id) };
      },
    }),
    ...change('put'),
    ...change('patch'),
    ...declare('delete', {
      method: 'delete',
      path: '/{id}',
      id: 'delete',
      summary: `Delete one of the ${many}`,
      responses: yes,
      mayFail: ['conflict', 'invalid'],
      handle: async ({ store, principal, id }) => {
        await store.remove(principal, resource, id);
        return { body: true };
      },
    }),
  ];
}

/** A list in the dialect's envelope; `more` narrows it further. */
export async function listRecords(
  entity: Entity,
  { ctx, store, principal, asking }: Pick<EntityCall, 'ctx' | 'store' | 'principal' | 'asking'>,
  more: readonly Condition[] = [],
) {
  const { query, select, totalOnly, collectionOnly } = parseList(entity, readParameters(ctx.querystring), asking);
  const projection = projectionOf(entity, asking.sight, select);
  const { text, count } = await store.list(principal, projection, { ...query, where: [...query.where, ...more] });
  const total = `"total":${count ?? 0}`;
  if (totalOnly) return { text: `{${total}}` };
  return { text: collectionOnly ? `{"list":${text}}` : `{${total},"list":${text}}` };
}

async function changeRecord(entity: Entity, call: EntityCall) {
  const { store, principal, id, record } = call;
  const given = parseRecord(entity, record);
  const { unlessChanged } = previousOf(entity, record._prev);
  await store.update(
    principal,
    entity.resource,
    id,
    (before) => {
      unlessChanged(before);
      return given;
    },
    false,
  );
  return shown(entity, call, id);
}

/** A row that was just written. */
export async function shown(entity: Entity, { store, principal, asking }: EntityCall, id: number) {
  return { text: await store.show(principal, projectionOf(entity, asking.sight), id) };
}
