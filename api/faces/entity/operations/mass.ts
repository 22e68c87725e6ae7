import type { Endpoint } from '../../../me/endpoint.ts';
import { operationsOf } from '../../../store/operation.ts';
import { Invalid } from '../../../store/refusals.ts';
import { setFollowed } from '../../../store/subscriptions.ts';
import { wordOf } from '../../../store/values.ts';
import { objectOf, parseRecord, readId, readIds } from '../parse-record.ts';
import { idsWhere, linkedTo, trying, unlink } from '../relate.ts';
import type { Entity } from '../spelling.ts';
import { type EntityCall, operationOf, type Speaking } from './at.ts';
import { sent, sentAs, touched, yes } from './document.ts';

const some = sentAs('EntityRows', { ids: ['1'] });

/** What can be done to several rows of an entity in one request. */
export function massOperations(speaking: Speaking): Endpoint[] {
  const { entity, anonymousRead } = speaking;
  const { resource, offers } = entity;
  const operations = operationsOf(resource, anonymousRead);
  return [
    ...(offers.includes('change') ? [massUpdate(speaking), unlinkAll(speaking)] : []),
    ...(offers.includes('delete')
      ? [
          operationOf(speaking, {
            method: 'post',
            path: '/action/massDelete',
            id: 'massDelete',
            summary: `Delete several ${entity.name}`,
            operation: operations.delete,
            sends: some,
            responses: touched,
            handle: async (call) => {
              const ids = await namedRows(entity, call);
              return counted(await trying(ids, (id) => call.store.remove(call.principal, resource, id)));
            },
          }),
        ]
      : []),
    ...(offers.includes('view') ? [true, false].map((followed) => massFollow(speaking, followed)) : []),
  ];
}

function massUpdate(speaking: Speaking): Endpoint {
  const { entity, anonymousRead } = speaking;
  const { resource } = entity;
  return operationOf(speaking, {
    method: 'put',
    path: '/action/massUpdate',
    id: 'massUpdate',
    summary: `Change several ${entity.name} alike`,
    operation: operationsOf(resource, anonymousRead).change,
    sends: sentAs('EntityChange', { ids: ['1'], attributes: {} }),
    responses: touched,
    handle: async (call) => {
      const given = parseRecord(entity, call.record.attributes);
      if (Object.keys(given).length === 0)
        throw new Invalid({ attributes: ['Name at least one attribute to change.'] });
      const ids = await namedRows(entity, call);
      const tried = await trying(ids, (id) => call.store.update(call.principal, resource, id, given, false));
      // Values that no row can take are the caller's mistake, not the rows'.
      if (tried.done.length === 0 && tried.refusal instanceof Invalid) throw tried.refusal;
      return counted(tried);
    },
  });
}

function unlinkAll(speaking: Speaking): Endpoint {
  const { entity, entities, anonymousRead } = speaking;
  return operationOf(speaking, {
    method: 'post',
    path: '/action/unlinkAll',
    id: 'unlinkAll',
    summary: `Unlink all rows of one relation of one ${entity.name}`,
    operation: operationsOf(entity.resource, anonymousRead).change,
    sends: sent(
      { id: { type: 'string' }, link: { type: 'string' } },
      { id: '1', link: [...entity.links.keys()][0] ?? 'link' },
    ),
    responses: yes,
    mayFail: ['missing', 'conflict'],
    handle: async (call) => {
      const { record, asking } = call;
      const id = readId(record.id);
      const one = entity.links.get(wordOf(record.link));
      if (id === null) throw new Invalid({ id: ['An id is required.'] });
      if (!one?.writable) throw new Invalid({ link: ['There is no such link, or none that can be changed.'] });
      const linked = await linkedTo(call, entity, one, id);
      const others = linked ? await idsWhere(call, entities.of(one.target), asking, {}, [linked]) : [];
      if (others.length > 0) await unlink(call, one, id, others);
      return { body: others.length > 0 };
    },
  });
}

function massFollow(speaking: Speaking, followed: boolean): Endpoint {
  const { entity, anonymousRead } = speaking;
  const word = followed ? 'Follow' : 'Unfollow';
  return operationOf(speaking, {
    method: 'post',
    path: `/action/mass${word}`,
    id: `mass${word}`,
    summary: `${word} several ${entity.name}`,
    operation: { ...operationsOf(entity.resource, anonymousRead).view, anonymous: false },
    sends: some,
    responses: touched,
    handle: async (call) => {
      const { services, store, principal } = call;
      const ids = await namedRows(entity, call);
      return counted({ done: await setFollowed(services, store, principal, entity.resource, ids, followed) });
    },
  });
}

/** The rows that a request names: by ids, or by a `where` that it says to go by. */
async function namedRows(entity: Entity, call: EntityCall): Promise<number[]> {
  const { record, asking } = call;
  if (record.byWhere === true) {
    if (record.where === undefined || record.where === null)
      throw new Invalid({ where: ['This is required with byWhere.'] });
    return idsWhere(call, entity, asking, { where: objectsOf(record.where) });
  }
  const ids = readIds('ids', record.ids, record.id);
  if (ids.length === 0) throw new Invalid({ ids: ['Name at least one row, or give where and byWhere.'] });
  return ids;
}

const objectsOf = (where: unknown): unknown =>
  Array.isArray(where) || typeof where === 'string' ? where : [objectOf(where)];

const counted = ({ done }: { done: readonly number[] }) => ({ body: { count: done.length, ids: done.map(String) } });
