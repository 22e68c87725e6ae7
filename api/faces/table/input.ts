import type { Context } from 'koa';
import { parse } from 'qs';
import type { Row } from '../../resources/declaration.ts';
import { Invalid, rowRule } from '../../store/refusals.ts';

/** The body as an object; none at all is an empty one. @throws Invalid */
export function bodyOf(ctx: Context): Row {
  const body: unknown = (ctx.request as { body?: unknown }).body;
  if (body === undefined || body === null || body === '') return {};
  if (typeof body !== 'object' || Array.isArray(body))
    throw new Invalid({ [rowRule]: ['The body must be an object.'] });
  return { ...body };
}

/**
 * What a reading request asks for: its query with brackets (`search_columns[lab][]=3`) overlaid by its body, name by
 * name. Clients of this family send a body with GET; others put the same into the query or send it by POST.
 * @throws Invalid
 */
export function askedOf(ctx: Context): Row {
  const query = parse(ctx.querystring, { depth: 20, arrayLimit: 1000, parameterLimit: 2000, allowPrototypes: false });
  const asked = { ...query, ...bodyOf(ctx) };
  refuseNull(asked);
  return asked;
}

/** PostgreSQL's texts can't hold it, so nothing is found by it. */
function refuseNull(asked: Row): void {
  for (const [name, value] of Object.entries(asked)) {
    if (holdsNull(value)) throw new Invalid({ [name]: ['Null characters are not allowed.'] });
  }
}

function holdsNull(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('\0');
  return typeof value === 'object' && value !== null && Object.entries(value).flat().some(holdsNull);
}

/** An object among what was asked; nothing and the empty text mean an empty one. @throws Invalid */
export function objectIn(asked: Row, name: string): Row {
  const value = asked[name];
  if (isNothing(value) || (Array.isArray(value) && value.length === 0)) return {};
  if (typeof value !== 'object' || Array.isArray(value)) throw new Invalid({ [name]: ['This must be an object.'] });
  return value as Row;
}

/** A text among what was asked; null when there is none. @throws Invalid */
export function textIn(asked: Row, name: string): string | null {
  const value = asked[name];
  if (isNothing(value)) return null;
  if (typeof value !== 'string' && typeof value !== 'number') throw new Invalid({ [name]: ['This must be a text.'] });
  return String(value).trim() || null;
}

/** A whole number among what was asked. @throws Invalid */
export function numberIn(asked: Row, name: string, { usual, most }: { usual: number; most: number }): number {
  const value = asked[name];
  if (isNothing(value)) return usual;
  const text = typeof value === 'number' || typeof value === 'string' ? String(value).trim() : '';
  if (!/^\d{1,15}$/.test(text)) throw new Invalid({ [name]: ['This must be a whole number.'] });
  if (Number(text) < 1) throw new Invalid({ [name]: ['This must be 1 or more.'] });
  return Math.min(Number(text), most);
}

const isNothing = (value: unknown): value is undefined | null | '' =>
  value === undefined || value === null || value === '';

/** A list as JSON has it, or as forms do: one value alone, or numbered ones (`tags[0]`). */
export function listOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  if (typeof value !== 'object' || value === null) return [value];
  const entries = Object.entries(value);
  return entries.length > 0 && entries.every(([key]) => /^\d+$/.test(key)) ? entries.map(([, one]) => one) : [value];
}
