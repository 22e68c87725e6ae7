import type { Context } from 'koa';
import { sendJson } from '../../answer.ts';
import { sendRefusal as sendPlain } from '../../me/refused.ts';
import { Conflict, Forbidden, Invalid, type Refusal } from '../../store/refusals.ts';
import { labelOf } from '../rest/describe.ts';

/** Prints a refusal as Laravel's clients read it: `{message}`, and `{message, errors}` with 422 for bad input. */
export function sendRefusal(ctx: Context, publicUrl: string, refusal: Refusal): void {
  if (refusal instanceof Conflict) sendJson(ctx, 409, { message: refusal.message, ...refusal.details });
  else sendPlain(ctx, publicUrl, reworded(refusal));
}

function reworded(refusal: Refusal): Refusal {
  if (refusal instanceof Invalid) return new Invalid(worded(refusal.fields));
  const unexplained = refusal instanceof Forbidden && refusal.message === new Forbidden('role').message;
  return unexplained ? new Forbidden('role', [], 'This action is unauthorized.') : refusal;
}

/** Sentences that name their field, since clients show them far from it; items of a list under `name.0`. */
function worded(fields: Invalid['fields']): Record<string, string[]> {
  const errors: Record<string, string[]> = {};
  for (const [name, texts] of Object.entries(fields)) {
    for (const text of texts) {
      const [, item, rest = text] = /^Item (\d+): (.*)$/.exec(text) ?? [];
      const key = item ? `${name}.${Number(item) - 1}` : name;
      errors[key] = [...(errors[key] ?? []), sentence(name, rest)];
    }
  }
  return errors;
}

const sentence = (name: string, text: string): string =>
  /^\w+$/.test(name)
    ? text.replace(/^This (?:field )?(?=(?:is required|may|must) ?)/, `The ${labelOf(name).toLowerCase()} field `)
    : text;
