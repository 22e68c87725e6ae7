import type { Context } from 'koa';

/**
 * The method that a request means. Forms can only be posted, so a POST may name another in `_method`, or in the header
 * `X-HTTP-Method-Override`, which wins. Only a real POST is read so: nothing safe becomes unsafe by a word in it.
 */
export function meantMethod(ctx: Context): string {
  if (ctx.method !== 'POST') return ctx.method;
  const body: unknown = (ctx.request as { body?: unknown }).body;
  const inBody = typeof body === 'object' && body !== null && '_method' in body ? body._method : undefined;
  const named = ctx.get('X-HTTP-Method-Override') || inBody || ctx.query._method;
  return typeof named === 'string' && named.trim() !== '' ? named.trim().toUpperCase() : 'POST';
}
