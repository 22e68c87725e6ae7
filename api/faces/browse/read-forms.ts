import type { Context, Middleware, Next } from 'koa';
import type { Principal } from '../../../shared/access/principal.ts';
import { sendJson } from '../../answer.ts';
import { wantsPage } from '../../page.ts';
import { NotFound } from '../../store/refusals.ts';
import type { Target } from '../rest/locate.ts';
import type { Browsing } from './browsing.ts';
import { numberOf, type Shown } from './cells.ts';
import { formValues } from './form-values.ts';

/** A form that was sent, for the page that shows it again when it was refused. */
export interface SentForm {
  readonly method: string;
  readonly typed: Shown;
}

/** Rows of a page unless the address says otherwise, and the most that it may say. */
const pageRows = { usual: 25, most: 100 };
const formMethods = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

/**
 * Turns what a page's form sends into the request that it stands for (`_method` names the method), and a success into
 * the page to go on with. Lists that are to be looked at come in pages.
 */
export function readForms({ locate, store }: Pick<Browsing, 'locate' | 'store'>): Middleware {
  return (ctx, next) => {
    const target = wantsPage(ctx) ? locate(ctx.path) : null;
    return target ? read(ctx, next, target) : next();
  };

  async function read(ctx: Context, next: Next, target: Target): Promise<void> {
    if (target.id === null && (ctx.method === 'GET' || ctx.method === 'HEAD')) inPages(ctx);
    if (ctx.method !== 'POST' || !ctx.is('urlencoded', 'multipart')) return next();

    const typed = ((ctx.request as { body?: Shown }).body ?? {}) as Shown;
    const method = String(typed._method ?? 'POST').toUpperCase();
    if (!formMethods.has(method)) return next();
    ctx.state.form = { method, typed } satisfies SentForm;
    ctx.method = method;
    const { body, errors } = formValues(fieldsOf(target), typed);
    const principal: Principal = ctx.state.principal;
    if (principal.person && Object.keys(errors).length > 0) return sendJson(ctx, 400, errors);
    (ctx.request as { body?: unknown }).body = body;
    await next();
    if (ctx.status >= 200 && ctx.status < 300) {
      const path = await pathAfter(ctx, target, method, principal, store);
      ctx.status = 303;
      ctx.redirect(path);
    }
  }
}

function inPages(ctx: Context): void {
  const parameters = new URLSearchParams(ctx.querystring);
  const limit = Number(parameters.get('limit')) || pageRows.usual;
  parameters.set('limit', String(Math.min(limit, pageRows.most)));
  parameters.delete('done');
  ctx.querystring = parameters.toString();
}

const fieldsOf = ({ spelled, action }: Target) =>
  action === null
    ? spelled.keys.map(({ key, field }) => [key, field] as const)
    : Object.entries(spelled.resource.actions?.[action]?.input ?? {});

async function pathAfter(
  ctx: Context,
  { spelled, id, action }: Target,
  method: string,
  principal: Principal,
  store: Browsing['store'],
): Promise<string> {
  const { listPath, idKey } = spelled;
  const row = (number: number | null) => (number === null ? listPath : `${listPath}${number}/`);
  if (method === 'DELETE') return `${listPath}?done=deleted`;
  if (id === null) {
    const made: unknown = JSON.parse(String(ctx.body));
    const first = (Array.isArray(made) ? made[0] : made) as Shown | undefined;
    return `${row(numberOf(first?.[idKey]))}?done=created`;
  }
  if (action === null) return `${row(id)}?done=changed`;
  // What is done to a row may take it away.
  const gone = await store.get(principal, spelled.projection, id).then(
    () => false,
    (error: unknown) => {
      if (error instanceof NotFound) return true;
      throw error;
    },
  );
  return gone ? `${listPath}?done=done` : `${row(id)}?done=done`;
}
