import type { Context } from 'koa';
import { sendProblem } from '../dialect.ts';

interface Reason {
  readonly status: 401 | 403 | 419 | 429 | 503;
  readonly message: string;
  /** Value of `WWW-Authenticate`. */
  readonly challenge?: string;
  readonly retryAfterSeconds?: number;
}

/** Credentials were sent that are no good, or that can't be checked now. The request ends here, on public paths too. */
export class Rejected extends Error {
  readonly reason: Reason;

  constructor(reason: Reason) {
    super(reason.message);
    this.reason = reason;
  }
}

export function sendRejected(ctx: Context, { status, message, challenge, retryAfterSeconds }: Reason): void {
  if (challenge)
    ctx.set('WWW-Authenticate', askedByScript(ctx) && challenge.startsWith('Basic ') ? 'Token' : challenge);
  if (retryAfterSeconds !== undefined) ctx.set('Retry-After', String(retryAfterSeconds));
  sendProblem(ctx, status, message);
}

/** A page's script asks: at a `Basic` challenge the browser would pop up its own dialog over the page. */
const askedByScript = (ctx: Context): boolean => ctx.get('X-Requested-With') !== '';
