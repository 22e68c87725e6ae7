import Type from 'typebox';
import type { Endpoint } from '../../../me/endpoint.ts';
import { operationsOf } from '../../../store/operation.ts';
import { Invalid } from '../../../store/refusals.ts';
import type { Link } from '../links.ts';
import { readParameters } from '../parse-list.ts';
import { mostIds, readIds } from '../parse-record.ts';
import { eachOf, idsWhere, link, linkedTo, unlink } from '../relate.ts';
import { type EntityCall, operationOf, type Speaking } from './at.ts';
import { idsParameter, linkParameters, page, sentAs, yes } from './document.ts';
import { listRecords } from './records.ts';

/** Reading, linking and unlinking the rows at the other end of each relation. */
export const linkOperations = (speaking: Speaking): Endpoint[] =>
  [...speaking.entity.links.values()].flatMap((one) => [
    readOperation(speaking, one),
    ...(one.writable ? [...writeOperations(speaking, one), ...relationOperations(speaking, one)] : []),
  ]);

function readOperation(speaking: Speaking, one: Link): Endpoint {
  const { entity, entities, anonymousRead } = speaking;
  const target = entities.of(one.target);
  return operationOf(speaking, {
    method: 'get',
    path: `/{id}/${one.name}`,
    id: `read_${one.name}`,
    summary: `List the ${one.name} of one ${entity.name}`,
    description: `Takes what listing ${target.name} takes as well. Nothing is found for a row that is not there.`,
    asks: linkParameters,
    operation: operationsOf(entity.resource, anonymousRead).view,
    responses: { 200: { description: 'How many there are in all, and a page of them.', schema: page(target) } },
    handle: async (call) => {
      const condition = await linkedTo(call, entity, one, call.id);
      return condition ? listRecords(target, call, [condition]) : { body: { total: 0, list: [] } };
    },
  });
}

const holderOperation = ({ anonymousRead }: Speaking, { holder }: Link) => operationsOf(holder, anonymousRead).change;

const body = sentAs('EntityLinking', { ids: ['1'] });

function writeOperations(speaking: Speaking, one: Link): Endpoint[] {
  const { entity } = speaking;
  const common = { path: `/{id}/${one.name}`, operation: holderOperation(speaking, one), responses: yes };
  return [
    operationOf(speaking, {
      ...common,
      method: 'post',
      id: `link_${one.name}`,
      summary: `Link ${one.name} to one ${entity.name}`,
      description: 'True when at least one is linked now; what was linked before counts.',
      sends: body,
      mayFail: ['conflict'],
      handle: async (call) => {
        await link(call, one, call.id, await othersOf(speaking, one, call));
        return { body: true };
      },
    }),
    operationOf(speaking, {
      ...common,
      method: 'delete',
      id: `unlink_${one.name}`,
      summary: `Unlink ${one.name} from one ${entity.name}`,
      asks: [idsParameter()],
      mayFail: ['conflict'],
      handle: async (call) => {
        await unlink(call, one, call.id, await othersOf(speaking, one, call));
        return { body: true };
      },
    }),
  ];
}

/** The rows that a request names, by id or by what finds them. */
async function othersOf({ entities }: Speaking, one: Link, call: EntityCall): Promise<number[]> {
  const { record, ctx, asking } = call;
  if (record.massRelate === true && record.where !== undefined) {
    return idsWhere(call, entities.of(one.target), asking, { where: record.where });
  }
  const ids = readIds('ids', record.id, record.ids, readParameters(ctx.querystring).ids);
  if (ids.length === 0) throw new Invalid({ ids: ['Name at least one row.'] });
  return ids;
}

function relationOperations(speaking: Speaking, one: Link): Endpoint[] {
  const { entity } = speaking;
  const declare = (method: 'post' | 'delete', work: typeof link, id: string, says: string) =>
    operationOf(speaking, {
      method,
      path: `/${one.name}/relation`,
      id: `${id}_${one.name}_of_many`,
      summary: `${says} ${one.name} of several ${entity.name}`,
      description:
        'Each of `ids` with each of `foreignIds`, as far as they can be; or rows that `where` and `foreignWhere` of a body find.',
      asks: [idsParameter(), idsParameter('foreignIds')],
      operation: holderOperation(speaking, one),
      responses: { 200: { description: 'What was done.', schema: Type.Object({ message: Type.String() }) } },
      mayFail: ['conflict', 'missing'],
      handle: async (call) => {
        const [ids, others] = await pairsOf(speaking, one, call);
        let count = 0;
        await eachOf(ids, async (id) => {
          count += await work(call, one, id, others);
        });
        return { body: { message: `${says}ed: ${count}` } };
      },
    });
  return [declare('post', link, 'link', 'Link'), declare('delete', unlink, 'unlink', 'Unlink')];
}

async function pairsOf({ entity, entities }: Speaking, one: Link, call: EntityCall): Promise<[number[], number[]]> {
  const { record, ctx, asking } = call;
  const query = readParameters(ctx.querystring);
  const ids =
    record.where === undefined
      ? readIds('ids', query.ids)
      : await idsWhere(call, entity, asking, { where: record.where });
  const others =
    record.foreignWhere === undefined
      ? readIds('foreignIds', query.foreignIds)
      : await idsWhere(call, entities.of(one.target), asking, { where: record.foreignWhere });
  if (ids.length === 0 || others.length === 0)
    throw new Invalid({ ids: ['Name rows at both ends: ids and foreignIds.'] });
  if (ids.length * others.length > mostIds)
    throw new Invalid({ ids: [`At most ${mostIds} pairs may be named at once.`] });
  return [ids, others];
}
