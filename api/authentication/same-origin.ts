import type { Context } from 'koa';

/**
 * Whether a browser says that one of our own pages sent this request. `Sec-Fetch-Site` can't be set by a page; older
 * browsers send `Origin` with whatever isn't a GET. A request that says neither proves nothing.
 */
export function isSameOrigin(ctx: Context, publicUrl: string): boolean {
  const site = ctx.get('Sec-Fetch-Site');
  if (site) return site === 'same-origin';
  const origin = ctx.get('Origin');
  if (!URL.canParse(origin)) return false;
  // `ctx.origin` is no help: in Koa 3 it is the very header that is checked here.
  return origin === new URL(publicUrl).origin || new URL(origin).host === ctx.host;
}
