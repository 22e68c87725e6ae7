import { stringify } from 'node:querystring';
import type Koa from 'koa';
import { mountPath, routes } from './paths.ts';
import { formOf } from './plain-requests.ts';

/**
 * Takes authorization requests that are posted as a form (OpenID Connect Core §3.1.2.1) and goes on with them as GET:
 * a form from another site comes without the cookies that the provider needs.
 */
export function postedAuthorization(): Koa.Middleware {
  return (ctx, next) => {
    if (ctx.method !== 'POST' || ctx.path !== routes.authorization) return next();
    ctx.redirect(`${mountPath}${routes.authorization}?${stringify(formOf(ctx) ?? {})}`);
    ctx.status = 303;
    return;
  };
}
