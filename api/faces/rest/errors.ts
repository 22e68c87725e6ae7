import type { Context } from 'koa';
import { sendJson } from '../../answer.ts';
import { sendForbidden, sendUnauthenticated } from '../../authentication/challenge.ts';
import { sendProblem } from '../../dialect.ts';
import {
  Conflict,
  Forbidden,
  Invalid,
  NotFound,
  type Refusal,
  Unauthenticated,
  Unavailable,
} from '../../store/refusals.ts';
import { wireErrors } from './parse-body.ts';
import type { Spelled } from './spelling.ts';

/** Prints a refusal as Django REST framework's clients read it: `{field: [texts]}` or `{detail}`. */
export function sendRefusal(ctx: Context, publicUrl: string, refusal: Refusal, spelled: Spelled): void {
  if (refusal instanceof Invalid) sendJson(ctx, 400, wireErrors(spelled, refusal.fields));
  else if (refusal instanceof Conflict) sendJson(ctx, 409, { detail: refusal.message, ...refusal.details });
  else if (refusal instanceof Forbidden) {
    sendForbidden(ctx, publicUrl, {
      message: refusal.message,
      scopes: refusal.because === 'scope' ? refusal.scopes : null,
    });
  } else if (refusal instanceof Unauthenticated) sendUnauthenticated(ctx, publicUrl);
  else if (refusal instanceof NotFound) {
    sendProblem(ctx, 404, refusal.message || `No ${spelled.resource.title[0]} matches the given query.`);
  } else if (refusal instanceof Unavailable) {
    ctx.set('Retry-After', String(refusal.retryAfterSeconds));
    sendProblem(ctx, 503, refusal.message);
  } else throw refusal;
}
