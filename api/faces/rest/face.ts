import type { Context, Middleware } from 'koa';
import type { Principal } from '../../../shared/access/principal.ts';
import type { Permission } from '../../../shared/access/roles.ts';
import { sendJson } from '../../answer.ts';
import { sendProblem } from '../../dialect.ts';
import type { Resource } from '../../resources/declaration.ts';
import type { Projection } from '../../store/projection.ts';
import { NotFound, Refusal } from '../../store/refusals.ts';
import type { Sight } from '../../store/sight.ts';
import type { Store } from '../../store/store.ts';
import { readBoolean } from '../../store/values.ts';
import { sendArray, sendText } from './answer.ts';
import { describe } from './describe.ts';
import { sendRefusal } from './errors.ts';
import { parseBody } from './parse-body.ts';
import { type Parameters, parseQuery, readParameters, writeCursor } from './parse-query.ts';
import { withSentBody } from './sent-body.ts';
import { selectionOf } from './several.ts';
import { actionsAt, offeredAt, type Spelled, spell } from './spelling.ts';

/** Where a request to the REST face leads. */
export interface Target {
  readonly spelled: Spelled;
  /** Null: the list. */
  readonly id: number | null;
  /** A declared action of the row or the list, or a view of the row. */
  readonly action: string | null;
}

/** Finds the resource that a path speaks of; null when it is none of this face's. */
export type Locate = (path: string) => Target | null;

/** Every spelling of every resource, by its list path. */
export function spellAll(resources: readonly Resource[], publicUrl: string): Map<string, Spelled> {
  return new Map(
    resources.flatMap((resource) =>
      resource.rest.map((spelling) => {
        const spelled = spell(resource, spelling, publicUrl);
        return [spelled.listPath, spelled] as const;
      }),
    ),
  );
}

/**
 * Paths: `list/`, `list/<action>/`, `list/<id>/`, `list/<id>/<action or view>/`; the last slash may be left out, and
 * `.json` put behind.
 */
export function locator(spellings: ReadonlyMap<string, Spelled>): Locate {
  return (path) => {
    const plain = path.replace(/\.json$/, '').replace(/\/?$/, '/');
    const list = spellings.get(plain);
    if (list) return list.spelling.rowsOnly ? null : { spelled: list, id: null, action: null };
    const [, above = '', word = ''] = /^(.*\/)([a-z_]+)\/$/.exec(plain) ?? [];
    const acting = spellings.get(above);
    if (acting && Object.hasOwn(actionsAt(acting).list, word)) return { spelled: acting, id: null, action: word };
    const [, before = '', id = '', action = null] = /^(.*\/)(\d{1,10})\/(?:([a-z_]+)\/)?$/.exec(plain) ?? [];
    const spelled = spellings.get(before);
    return spelled && Number(id) <= 2_147_483_647 ? { spelled, id: Number(id), action } : null;
  };
}

/**
 * The REST face of every declared resource, in Cores' hyperlinked and by-id spellings and in InvenTree's: reads a
 * request into one query or command, calls the store, prints what it answers.
 */
export function restFace(store: Store, publicUrl: string, locate: Locate): Middleware {
  return async (ctx, next) => {
    const target = locate(ctx.path);
    if (!target) return next();
    try {
      await answer(ctx, store, publicUrl, target);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      sendRefusal(ctx, publicUrl, error, target.spelled);
    }
  };
}

const listMethods = { view: ['GET', 'HEAD', 'OPTIONS'], add: ['POST'] };
const rowMethods = { view: ['GET', 'HEAD', 'OPTIONS'], change: ['PUT', 'PATCH'], delete: ['DELETE'] };

/** The methods that a target answers to. */
export function methodsOf({ spelled, id, action }: Target): string[] {
  if (action !== null) return Object.hasOwn(spelled.views, action) ? rowMethods.view : ['POST', 'OPTIONS'];
  const offered = offeredAt(spelled.spelling);
  const methods = id === null ? listMethods : rowMethods;
  const bulk = id === null ? (spelled.spelling.bulk ?? []) : [];
  return [
    ...Object.entries(methods).flatMap(([permission, names]) =>
      offered.includes(permission as Permission) ? names : [],
    ),
    ...bulk.flatMap((permission) => rowMethods[permission]),
  ];
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
  const parameters = readParameters(ctx.querystring);
  const projection = projectionFor(spelled, parameters, store.sight(principal));
  if (id === null) {
    if (action !== null) {
      return sendJson(ctx, 201, await store.actOnList(principal, spelled.resource, action, bodyObject(ctx)));
    }
    if (ctx.method === 'PUT' || ctx.method === 'PATCH') {
      const { items, filters, ...values } = bodyObject(ctx);
      const selection = selectionOf(spelled, { items, filters });
      const count = await store.updateMany(principal, spelled.resource, selection, parseBody(spelled, values));
      return sendJson(ctx, 200, { success: `Updated ${count} items` });
    }
    if (ctx.method === 'DELETE') {
      await store.removeMany(principal, spelled.resource, selectionOf(spelled, bodyObject(ctx)));
      ctx.status = 204;
      return;
    }
    if (ctx.method === 'POST') return create(ctx, store, principal, spelled, projection);
    return list(ctx, store, publicUrl, principal, spelled, projection, parameters);
  }
  if (action !== null) {
    const view = spelled.views[action];
    if (view) return sendText(ctx, 200, await store.get(principal, view, id));
    return act(ctx, store, principal, target, projection, action);
  }
  switch (ctx.method) {
    case 'PUT':
    case 'PATCH':
      await withSentBody(ctx, store, principal, spelled, 'change', (given) =>
        store.update(principal, spelled.resource, id, given, ctx.method === 'PUT' && asked(spelled)),
      );
      return sendText(ctx, 200, await store.show(principal, projection, id));
    case 'DELETE':
      await store.remove(principal, spelled.resource, id);
      ctx.status = 204;
      return;
    default:
      return sendText(ctx, 200, await store.get(principal, projection, id));
  }
}

async function act(
  ctx: Context,
  store: Store,
  principal: Principal,
  { spelled, id }: Target,
  projection: Projection,
  name: string,
): Promise<void> {
  const action = actionsAt(spelled).row[name];
  if (!action) throw new NotFound();
  const answered = await store.act(principal, spelled.resource, id ?? 0, action, bodyObject(ctx));
  const status = action.answersCreated || action.makes ? 201 : 200;
  if (action.makes) {
    const ids = (answered?.ids ?? []) as readonly number[];
    return sendText(ctx, status, `[${(await shown(store, principal, projection, ids)).join(',')}]`);
  }
  if (answered) return sendJson(ctx, status, answered);
  sendText(ctx, status, await store.show(principal, projection, id ?? 0));
}

/** Rows just made, as JSON texts. */
async function shown(
  store: Store,
  principal: Principal,
  projection: Projection,
  ids: readonly number[],
): Promise<string[]> {
  const texts: string[] = [];
  for (const id of ids) texts.push(await store.show(principal, projection, id));
  return texts;
}

async function list(
  ctx: Context,
  store: Store,
  publicUrl: string,
  principal: Principal,
  spelled: Spelled,
  projection: Projection,
  parameters: Parameters,
): Promise<void> {
  const query = parseQuery(spelled, parameters);
  const answered = await store.list(principal, projection, query);
  const { page } = query;
  if (page.kind === 'all') return sendArray(ctx, answered);
  const link = (change: Record<string, string | null>) =>
    JSON.stringify(`${publicUrl}${ctx.path}?${withParameters(ctx.querystring, change)}`);
  if (page.kind === 'cursor') {
    const next = answered.next ? link({ cursor: writeCursor(answered.next) }) : 'null';
    return sendText(ctx, 200, `{"next":${next},"previous":null,"results":${answered.text}}`);
  }
  const count = answered.count ?? 0;
  const { limit, offset } = page;
  const next = offset + limit < count ? link({ offset: String(offset + limit) }) : 'null';
  const before = offset - limit;
  const previous = offset === 0 ? 'null' : link({ offset: before > 0 ? String(before) : null });
  // Clients that know nothing of estimates read the count alone.
  const mark = answered.countIsEstimate ? '"count_is_estimate":true,' : '';
  if (answered.countIsEstimate) ctx.set('X-Count-Is-Estimate', 'true');
  sendText(ctx, 200, `{"count":${count},${mark}"next":${next},"previous":${previous},"results":${answered.text}}`);
}

async function create(
  ctx: Context,
  store: Store,
  principal: Principal,
  spelled: Spelled,
  projection: Projection,
): Promise<void> {
  const ids = await withSentBody(ctx, store, principal, spelled, 'add', (given) =>
    store.create(principal, spelled.resource, given),
  );
  const texts = await shown(store, principal, projection, ids);
  if (spelled.spelling.createsList) return sendText(ctx, 201, `[${texts.join(',')}]`);
  const text = texts[0] ?? '{}';
  if (spelled.idKey === 'url') ctx.set('Location', JSON.parse(text).url);
  sendText(ctx, 201, text);
}

/** What a row shows, with what the parameters ask for beside it. */
export function projectionFor(spelled: Spelled, parameters: Parameters, sight: Sight): Projection {
  const { expand } = spelled.spelling;
  if (!expand) return spelled.projection;
  const shown = Object.entries(expand).filter(([name, expansion]) => {
    const read = readBoolean(parameters[name] ?? '');
    return 'value' in read ? read.value === true : (expansion.default ?? false);
  });
  return spelled.expanded(new Set(shown.map(([name]) => name)), sight);
}

function withParameters(querystring: string, change: Record<string, string | null>): string {
  const parameters = new URLSearchParams(querystring);
  for (const [name, value] of Object.entries(change)) {
    if (value === null) parameters.delete(name);
    else parameters.set(name, value);
  }
  return parameters.toString();
}

/** The fields that a PUT is to bring: those that the spelling knows. */
const asked = ({ keys }: Spelled): ReadonlySet<string> => new Set(keys.map(({ name }) => name));

const bodyOf = (ctx: Context): unknown => (ctx.request as { body?: unknown }).body;

function bodyObject(ctx: Context): Record<string, unknown> {
  const body = bodyOf(ctx);
  return typeof body === 'object' && body !== null && !Array.isArray(body) ? { ...body } : {};
}
