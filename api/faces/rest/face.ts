import type { Context, Middleware } from 'koa';
import type { Principal } from '../../../shared/access/principal.ts';
import type { Permission } from '../../../shared/access/roles.ts';
import { sendJson } from '../../answer.ts';
import { sendProblem } from '../../dialect.ts';
import { idOnly } from '../../store/id-only.ts';
import type { Projection } from '../../store/projection.ts';
import { NotFound, Refusal } from '../../store/refusals.ts';
import type { Store } from '../../store/store.ts';
import { sendText } from './answer.ts';
import { describe } from './describe.ts';
import { sendRefusal } from './errors.ts';
import { list } from './list.ts';
import { type Locate, methodsOf, type Target } from './locate.ts';
import { create, sendDone } from './made.ts';
import { parseBody } from './parse-body.ts';
import { type Parameters, parseQuery, readParameters } from './parse-query.ts';
import { projectionFor } from './projection-for.ts';
import { withSentBody } from './sent-body.ts';
import { selectionOf } from './several.ts';
import { actionsAt, type Spelled } from './spelling.ts';

/**
 * The REST face of every declared resource, in Cores' hyperlinked and by-id spellings and in InvenTree's: reads a
 * request into one query or command, calls the store, prints what it answers.
 */
export function restFace(store: Store, publicUrl: string, locate: Locate): Middleware {
  return (ctx, next) => {
    const target = locate(ctx.path);
    return target ? answerOrRefuse(ctx, store, publicUrl, target) : next();
  };
}

async function answerOrRefuse(ctx: Context, store: Store, publicUrl: string, target: Target): Promise<void> {
  try {
    await answer(ctx, store, publicUrl, target);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    sendRefusal(ctx, publicUrl, error, target.spelled);
  }
}

async function answer(ctx: Context, store: Store, publicUrl: string, target: Target): Promise<void> {
  const { spelled, id, action } = target;
  const principal: Principal = ctx.state.principal;
  const methods = methodsOf(target);
  ctx.set('Vary', 'Accept, Authorization, Cookie');
  if (!methods.includes(ctx.method)) {
    ctx.set('Allow', methods.join(', '));
    return sendProblem(ctx, 405, `Method "${ctx.method}" not allowed.`);
  }
  if (ctx.method === 'OPTIONS') {
    ctx.set('Allow', methods.join(', '));
    return sendJson(ctx, 200, describe(store, principal, spelled, id !== null, action));
  }
  const asked: Asked = { ctx, store, principal, spelled, parameters: readParameters(ctx.querystring) };
  const projection = projectionFor(spelled, asked.parameters, store.sight(principal));
  if (id === null) return action === null ? onList(asked, projection, publicUrl) : onListAction(asked, action);
  return action === null ? onRow(asked, projection, id) : onRowAction(asked, projection, id, action);
}

/** A request, and where it leads. */
interface Asked {
  readonly ctx: Context;
  readonly store: Store;
  readonly principal: Principal;
  readonly spelled: Spelled;
  readonly parameters: Parameters;
}

async function onList(asked: Asked, projection: Projection, publicUrl: string): Promise<void> {
  const { ctx, store, principal, spelled, parameters } = asked;
  switch (ctx.method) {
    case 'POST':
      return create(ctx, store, principal, spelled, projection);
    case 'PUT':
    case 'PATCH': {
      const { items, filters, ...values } = bodyObject(ctx);
      const selection = selectionOf(spelled, { items, filters });
      const count = await store.updateMany(principal, spelled.resource, selection, parseBody(spelled, values));
      return sendJson(ctx, 200, { success: `Updated ${count} items` });
    }
    case 'DELETE':
      await store.removeMany(principal, spelled.resource, selectionOf(spelled, bodyObject(ctx)));
      ctx.status = 204;
      return;
    default:
      return list(ctx, store, publicUrl, principal, spelled, projection, parameters);
  }
}

async function onListAction({ ctx, store, principal, spelled }: Asked, action: string): Promise<void> {
  sendJson(ctx, 201, await store.actOnList(principal, spelled.resource, action, bodyObject(ctx)));
}

async function onRow(asked: Asked, projection: Projection, id: number): Promise<void> {
  const { ctx, store, principal, spelled } = asked;
  const { resource } = spelled;
  await refuseFiltered(asked, id);
  switch (ctx.method) {
    case 'PUT':
    case 'PATCH':
      await refuseOthers(asked, id, 'change');
      await withSentBody(ctx, store, principal, spelled, 'change', (given) =>
        store.update(principal, resource, id, given, ctx.method === 'PUT' && neededBy(spelled)),
      );
      return sendText(ctx, 200, await store.show(principal, projection, id));
    case 'DELETE':
      await refuseOthers(asked, id, 'delete');
      await store.remove(principal, resource, id);
      ctx.status = 204;
      return;
    default:
      return sendText(ctx, 200, await store.get(principal, projection, id));
  }
}

/** Where rows are filtered as lists are, one that is not found is not there. */
async function refuseFiltered({ store, principal, spelled, parameters }: Asked, id: number): Promise<void> {
  if (!spelled.spelling.filtersRows || Object.keys(parameters).length === 0) return;
  const { where } = parseQuery(spelled, parameters);
  const page = { kind: 'offset', limit: 1, offset: 0, uncounted: true } as const;
  const itself = { op: 'eq', path: 'id', value: id } as const;
  const { text } = await store.list(principal, idOnly(spelled.resource), {
    where: [...where, itself],
    search: [],
    order: [],
    page,
  });
  if (text === '[]') throw new NotFound();
}

/** Where a path has only some of the rows, the others are not there for writes either. */
async function refuseOthers({ store, principal, spelled }: Asked, id: number, permission: Permission): Promise<void> {
  if (spelled.spelling.only) await store.get(principal, spelled.projection, id, permission);
}

async function onRowAction(asked: Asked, projection: Projection, id: number, name: string): Promise<void> {
  const { ctx, store, principal, spelled } = asked;
  const view = spelled.views[name];
  if (view) return sendText(ctx, 200, await store.get(principal, view, id));
  const action = actionsAt(spelled).row[name];
  if (!action) throw new NotFound();
  const answered = await store.act(principal, spelled.resource, id, action, bodyObject(ctx));
  return sendDone(ctx, store, principal, projection, id, action, answered);
}

/** The fields that a PUT is to bring: those that the spelling knows. */
const neededBy = ({ keys }: Spelled): ReadonlySet<string> => new Set(keys.map(({ name }) => name));

const bodyOf = (ctx: Context): unknown => (ctx.request as { body?: unknown }).body;

function bodyObject(ctx: Context): Record<string, unknown> {
  const body = bodyOf(ctx);
  return typeof body === 'object' && body !== null && !Array.isArray(body) ? { ...body } : {};
}
