import { scopesFor } from '../../../../shared/access/scopes.ts';
import { type Endpoint, endpoint } from '../../../me/endpoint.ts';
import type { LogEntry } from '../../../store/log.ts';
import { operationsOf } from '../../../store/operation.ts';
import { noteOf } from '../note.ts';
import { pageAsked, readParameters } from '../parse-list.ts';
import { projectionOf } from '../projection.ts';
import type { Entities } from '../spelling.ts';
import { base, type EntityCall, entityCall, operationOf, type Speaking } from './at.ts';
import { pageParameters, reference } from './document.ts';

const responses = {
  200: { description: 'How many there are in all, and a page of them.', schema: reference('EntityStream') },
};

/** `GET {Entity}/{id}/stream`: what was done to a row, the latest first. */
export function streamOperations(speaking: Speaking): Endpoint[] {
  const { entity, anonymousRead } = speaking;
  if (!entity.offers.includes('view')) return [];
  return [
    operationOf(speaking, {
      method: 'get',
      path: '/{id}/stream',
      id: 'stream',
      summary: `What was done to one ${entity.name}`,
      asks: pageParameters,
      operation: { ...operationsOf(entity.resource, anonymousRead).view, anonymous: false },
      responses,
      handle: async (call) => {
        const { ctx, store, principal, id } = call;
        const { entries, count } = await store.log(
          principal,
          entity.resource,
          id,
          pageAsked(readParameters(ctx.querystring)),
        );
        return notes(speaking.entities, call, entries, count);
      },
    }),
  ];
}

/** `GET Stream`: the same of all that the caller follows. */
export const ownStream = (entities: Entities): Endpoint =>
  endpoint({
    method: 'get',
    path: `${base}/Stream`,
    operation: { who: 'signed-in', scopes: scopesFor('admin', 'view') },
    operationId: 'v1_Stream',
    tag: 'entity',
    summary: 'What was done to the rows that you follow',
    asks: pageParameters,
    responses,
    handler: async (given) => {
      const call = entityCall(given, entities, {});
      const { entries, count } = await call.store.followedLog(
        call.principal,
        pageAsked(readParameters(call.ctx.querystring)),
      );
      return notes(entities, call, entries, count);
    },
  });

async function notes(entities: Entities, call: EntityCall, entries: readonly LogEntry[], total: number) {
  const names = await namesOf(entities, call, entries);
  const list = entries.map((entry) => {
    const entity = entities.of(entry.subject.resource);
    return noteOf(entity, entry, names.get(`${entity.name} ${entry.subject.id}`) ?? null);
  });
  return { body: { total, list } };
}

/** What the rows are called that were found, by entity and id. */
async function namesOf(
  entities: Entities,
  { store, principal, asking }: EntityCall,
  entries: readonly LogEntry[],
): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  for (const resource of new Set(entries.map(({ subject }) => subject.resource))) {
    const entity = entities.of(resource);
    const values = [
      ...new Set(entries.filter((one) => one.subject.resource === resource).map((one) => one.subject.id)),
    ];
    const { text } = await store.list(principal, projectionOf(entity, asking.sight, new Set(['name'])), {
      where: [{ op: 'in', path: 'id', values }],
      search: [],
      order: ['id'],
      page: { kind: 'offset', offset: 0, limit: values.length, uncounted: true },
    });
    const rows = JSON.parse(text ?? '[]') as { id: string; name?: string | null }[];
    for (const { id, name } of rows) names.set(`${entity.name} ${id}`, name ?? '');
  }
  return names;
}
