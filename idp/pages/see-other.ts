import type Koa from 'koa';

/** Sends the browser on to another page of ours by GET, whatever it came with (RFC 9110 §15.4.4). */
export function seeOther(ctx: Koa.Context, path: string): void {
  ctx.set('Cache-Control', 'no-store');
  ctx.redirect(path);
  ctx.status = 303;
}
