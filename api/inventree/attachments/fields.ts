import type { Call } from '../../me/endpoint.ts';
import { Invalid } from '../../store/refusals.ts';
import { readValue } from '../../store/values.ts';

export type Body = Record<string, unknown>;
/** The object that was sent; an empty one for anything else. */
export const bodyOf = ({ ctx }: Call): Body => {
  const body = (ctx.request as { body?: unknown }).body;
  return typeof body === 'object' && body !== null && !Array.isArray(body) ? (body as Body) : {};
};

const limits = { link: 2000, comment: 250 };

/** The texts among what was sent. @throws Invalid */
export function textsOf(fields: Body): Partial<Record<keyof typeof limits, string>> {
  const errors: Record<string, string[]> = {};
  const values: Partial<Record<keyof typeof limits, string>> = {};
  for (const [name, most] of Object.entries(limits) as [keyof typeof limits, number][]) {
    const raw = fields[name] ?? undefined;
    if (raw === undefined) continue;
    const read = readValue({ kind: 'text', schema: {} }, raw);
    if ('error' in read) errors[name] = [read.error];
    else if (!String(read.value).isWellFormed()) errors[name] = ['This text has half characters.'];
    else if (String(read.value).length > most) errors[name] = [`This may have at most ${most} characters.`];
    else values[name] = String(read.value);
  }
  // Whoever reads it will follow it.
  if (values.link && !/^(https?|ftps?):\/\//i.test(values.link)) errors.link = ['Enter a valid URL.'];
  if (Object.keys(errors).length > 0) throw new Invalid(errors);
  return values;
}
