import type Koa from 'koa';
import { canonicalPath, mountPath, routes } from './paths.ts';

const called: ReadonlySet<string> = new Set([routes.token, routes.introspection, routes.revocation]);

/**
 * Takes what programs post to where they get and ask about tokens straight to the provider: nobody sits at a browser
 * there. Whoever wants to read the answer as a page goes the way of pages, and so do scripts of pages: what they may
 * depends on who sits at their browser.
 */
export function programsFirst(mounted: Koa.Middleware): Koa.Middleware {
  return (ctx, next) => (isCall(ctx) ? mounted(ctx, next) : next());
}

const isCall = (ctx: Koa.Context): boolean =>
  ctx.method === 'POST' &&
  ctx.path.startsWith(mountPath) &&
  ctx.get('Origin') === '' &&
  called.has(canonicalPath(ctx.path.slice(mountPath.length))) &&
  ctx.accepts('json', 'html') === 'json';
