import type { Context } from 'koa';

/**
 * Answers JSON. The content type is exactly `application/json`: clients compare the whole header, and a charset after
 * it breaks them.
 */
export function sendJson(ctx: Context, status: number, value: unknown): void {
  ctx.status = status;
  ctx.set('Content-Type', 'application/json');
  ctx.body = JSON.stringify(value);
}
