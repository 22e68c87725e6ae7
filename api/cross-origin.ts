import cors from '@koa/cors';
import type { Middleware } from 'koa';
import { setHeaders } from './answer.ts';

const exposed = [
  'WWW-Authenticate',
  'Location',
  'Retry-After',
  'X-Count-Is-Estimate',
  'Preference-Applied',
  'X-Status-Reason',
];

/** Any origin may call with a token of its own; cookies are never taken from another origin. */
export function anyOrigin(): Middleware {
  const preflight = cors({ origin: '*', maxAge: 600 });
  // The same for every origin, and for none: so answers don't vary by it.
  const headers = { 'Access-Control-Allow-Origin': '*', 'Access-Control-Expose-Headers': exposed.join(',') };
  return (ctx, next) => {
    if (ctx.method === 'OPTIONS') return preflight(ctx, next);
    setHeaders(ctx, headers);
    return next();
  };
}
