import type { Context } from 'koa';
import { dialectOf } from '../dialect.ts';
import { Rejected } from './rejected.ts';
import { isSameOrigin } from './same-origin.ts';

const plainForms = ['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain'];

/**
 * Whether another site's page may have made a browser send this without asking us first: a POST that takes no
 * preflight (Fetch Standard, «CORS-safelisted»), which a browser adds credentials to that it remembers.
 */
export function mayBeForged(ctx: Context, publicUrl: string): boolean {
  if (ctx.method !== 'POST' || !(ctx.get('Sec-Fetch-Site') || ctx.get('Origin'))) return false;
  if (ctx.get('Sec-Fetch-Site') === 'none' || isSameOrigin(ctx, publicUrl)) return false;
  const asked = ctx.get('X-Requested-With') !== '' || (ctx.get('Content-Type') !== '' && !ctx.is(plainForms));
  return !asked;
}

/** What such a request is answered: 419 for Qore's clients, 403 for all others. */
export function forged(ctx: Context): Rejected {
  return dialectOf(ctx.path) === 'table'
    ? new Rejected({ status: 419, message: 'CSRF token mismatch.' })
    : new Rejected({ status: 403, message: 'CSRF Failed: CSRF token missing or incorrect.' });
}
