import type { Context } from 'koa';
import { sendJson } from '../answer.ts';
import { sendForbidden, sendUnauthenticated } from '../authentication/challenge.ts';
import { dialectOf, sendProblem } from '../dialect.ts';
import {
  Conflict,
  Forbidden,
  Invalid,
  NotFound,
  type Refusal,
  rowRule,
  Unauthenticated,
  Unavailable,
} from '../store/refusals.ts';

/** Prints what an endpoint will not do, in the dialect of its path. */
export function sendRefusal(ctx: Context, publicUrl: string, refusal: Refusal): void {
  const message = refusal.message;
  if (refusal instanceof Unauthenticated) sendUnauthenticated(ctx, publicUrl);
  else if (refusal instanceof Forbidden) {
    sendForbidden(ctx, publicUrl, { message, scopes: refusal.because === 'scope' ? refusal.scopes : null });
  } else if (refusal instanceof Invalid) sendInvalid(ctx, refusal.fields);
  else if (refusal instanceof NotFound) sendProblem(ctx, 404, message || 'Not found.');
  else if (refusal instanceof Conflict) sendProblem(ctx, 409, message);
  else if (refusal instanceof Unavailable) {
    ctx.set('Retry-After', String(refusal.retryAfterSeconds));
    sendProblem(ctx, 503, message);
  } else throw refusal;
}

/** Answers `OPTIONS` with what is `described` of a path, and 405 to methods that it doesn't have. */
export function sendMethodNotAllowed(
  ctx: Context,
  allowed: readonly string[],
  described: object = { actions: {}, renders: ['application/json'] },
): void {
  const methods = [...new Set([...allowed, ...(allowed.includes('GET') ? ['HEAD'] : []), 'OPTIONS'])];
  ctx.set('Allow', methods.join(', '));
  if (ctx.method === 'OPTIONS') sendJson(ctx, 200, described);
  else sendProblem(ctx, 405, `Method "${ctx.method}" not allowed.`);
}

/** Everything that is wrong, in one line: each field is named before what is wrong with it. */
export const sentenceOf = (fields: Readonly<Record<string, readonly string[]>>): string =>
  Object.entries(fields)
    .flatMap(([name, texts]) => texts.map((text) => (name === rowRule ? text : `${name}: ${text}`)))
    .join(' ') || 'The input is not valid.';

function sendInvalid(ctx: Context, fields: Readonly<Record<string, readonly string[]>>): void {
  if (dialectOf(ctx.path) === 'rest') {
    const named = Object.entries(fields).map(([name, texts]) => [name === rowRule ? 'non_field_errors' : name, texts]);
    sendJson(ctx, 400, Object.fromEntries(named));
    return;
  }
  if (dialectOf(ctx.path) === 'entity') {
    sendProblem(ctx, 400, sentenceOf(fields));
    return;
  }
  const texts = Object.values(fields).flat();
  const more = texts.length > 1 ? ` (and ${texts.length - 1} more error${texts.length > 2 ? 's' : ''})` : '';
  sendJson(ctx, 422, { message: `${texts[0] ?? 'The input is not valid.'}${more}`, errors: fields });
}
