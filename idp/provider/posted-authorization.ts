import { stringify } from 'node:querystring';
import type Koa from 'koa';
import { refuseRequest } from './error-page.ts';
import { mountPath, routes } from './paths.ts';
import { formOf } from './plain-requests.ts';

/** Servers and browsers take no longer addresses than some 16 000 characters, cookies and all. */
const longest = 8000;

/**
 * Takes authorization requests that are posted as a form (OpenID Connect Core §3.1.2.1) and goes on with them as GET:
 * a form from another site comes without the cookies that the provider needs.
 */
export function postedAuthorization(): Koa.Middleware {
  return (ctx, next) => {
    if (ctx.method !== 'POST' || ctx.path !== routes.authorization) return next();
    const query = stringify(formOf(ctx) ?? {});
    if (query.length > longest) return refuseRequest(ctx, `the request is longer than ${longest} characters`);
    ctx.redirect(`${mountPath}${routes.authorization}?${query}`);
    ctx.status = 303;
    return;
  };
}
