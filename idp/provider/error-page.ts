import type Koa from 'koa';
import type { ErrorOut } from 'oidc-provider';
import { say } from '../messages/say.ts';
import { showPage } from '../pages/pages.ts';

/** What programs read about an error of the provider's own. */
const serverError = 'The server could not answer. What went wrong was logged; try again later.';

/**
 * Tells whoever asked about an error that must not be sent to a redirect URI: as a page, or as JSON to programs that
 * ask for it.
 */
export function showError(ctx: Koa.Context, { error, error_description: description }: ErrorOut): void {
  if (ctx.accepts('html', 'json') === 'json') {
    ctx.body = { error, error_description: description };
    return;
  }
  const { status } = ctx;
  const says = error === 'server_error' ? say('problems.server-error') : (description ?? '');
  showPage(ctx, 'provider-error', { status, error, description: says }, status);
}

/** Refuses a request before the provider sees it. */
export function refuseRequest(ctx: Koa.Context, description: string): void {
  ctx.status = 400;
  ctx.set('Cache-Control', 'no-store');
  const out = { error: 'invalid_request', error_description: description };
  if (ctx.method === 'POST') ctx.body = out;
  else showError(ctx, out);
}

/** Words the provider's own failures as this product words things, in every form of answer. */
export function plainServerErrors(): Koa.Middleware {
  return async (ctx, next) => {
    await next();
    const { body } = ctx as { body?: ErrorOut | unknown };
    if (isErrorOut(body) && body.error === 'server_error') ctx.body = { ...body, error_description: serverError };
    const location: string = ctx.response.get('Location') ?? '';
    if (location.includes('error=server_error')) {
      const url = new URL(location);
      url.searchParams.set('error_description', serverError);
      ctx.set('Location', url.href);
    }
  };
}

const isErrorOut = (body: unknown): body is ErrorOut =>
  typeof body === 'object' && body !== null && !Buffer.isBuffer(body) && 'error' in body;

/** The same for pages, which the library makes out of `out`. */
export const worded = (out: ErrorOut): ErrorOut =>
  out.error === 'server_error' ? { ...out, error_description: serverError } : out;
