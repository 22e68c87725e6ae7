import type { Context } from 'koa';
import { sendJson } from './answer.ts';

/** How an answer is worded: after Cores and InvenTree, after Qore, or after AtroCore. */
export type Dialect = 'rest' | 'table' | 'entity';

const tablePaths = /^\/api\/(?:resources|me|endpoints|global-search|api_tokens)(?:\/|$)/;

/** The dialect spoken at a path. */
export function dialectOf(path: string): Dialect {
  if (path === '/api/v1' || path.startsWith('/api/v1/')) return 'entity';
  return tablePaths.test(path) ? 'table' : 'rest';
}

/** Answers that something can't be done, as clients of this path expect to read it. */
export function sendProblem(ctx: Context, status: number, message: string): void {
  const dialect = dialectOf(ctx.path);
  if (dialect === 'entity') ctx.set('X-Status-Reason', reason(message));
  sendJson(ctx, status, problem(dialect, status, message));
}

/** A sentence as a header can carry it: printable ASCII, everything else percent-encoded as UTF-8. */
const reason = (message: string): string =>
  message
    .slice(0, 500)
    .toWellFormed()
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[^\x20-\x7e]/gu, encodeURIComponent);

function problem(dialect: Dialect, status: number, message: string): object {
  if (dialect === 'rest') return { detail: message };
  if (dialect === 'entity') return { message, code: status };
  // The one text that Qore's clients look for.
  return { message: status === 401 ? 'Unauthenticated.' : message };
}
