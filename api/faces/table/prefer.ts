import type { Context } from 'koa';

/** How much of an answer the client wants: `return=minimal` or all of it. */
export type Wanted = 'minimal' | 'representation';

/**
 * Reads `Prefer` (RFC 7240): the first `return` in the list counts. `return:minimal` is taken too: it is what Qore's
 * own documentation tells clients to send. Preferences that mean nothing here are passed over.
 */
export function readPrefer(header: string): Wanted | null {
  for (const preference of header.match(/(?:"(?:\\.|[^"\\])*"|[^,"])+/g) ?? []) {
    const [, value] = /^\s*return\s*[=:]\s*"?\s*(minimal|representation)\s*"?\s*(?:;|$)/i.exec(preference) ?? [];
    if (value) return value.toLowerCase() as Wanted;
  }
  return null;
}

/** What this request prefers; says so in the answer's headers. */
export function preferred(ctx: Context): Wanted {
  const wanted = readPrefer(ctx.get('Prefer'));
  ctx.vary('Prefer');
  if (wanted) ctx.set('Preference-Applied', `return=${wanted}`);
  return wanted ?? 'representation';
}
