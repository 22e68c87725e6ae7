import type { Context } from 'koa';

/**
 * Answers JSON. The content type is exactly `application/json`: clients compare the whole header, and a charset after
 * it breaks them.
 */
export const sendJson = (ctx: Context, status: number, value: unknown): void =>
  sendText(ctx, status, JSON.stringify(value));

/** Answers JSON that is text already. */
export function sendText(ctx: Context, status: number, text: string): void {
  ctx.status = status;
  ctx.set('Content-Type', 'application/json');
  ctx.body = text;
}

/** Sets headers that every answer has, past Koa: it looks at each of them anew. */
export function setHeaders({ res }: Context, headers: Readonly<Record<string, string>>): void {
  for (const name in headers) res.setHeader(name, headers[name] as string);
}
