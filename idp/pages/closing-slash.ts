import type Koa from 'koa';

const ours = /^\/(accounts|admin|o\/applications)(\/[\w-]+)*$/;

/** Our pages' addresses end with a slash; who leaves it out is sent to where they meant. */
export function closingSlash(): Koa.Middleware {
  return (ctx, next) => {
    if (!ours.test(ctx.path) || !['GET', 'HEAD'].includes(ctx.method)) return next();
    ctx.redirect(`${ctx.path}/${ctx.search}`);
    ctx.status = 301;
    return;
  };
}
