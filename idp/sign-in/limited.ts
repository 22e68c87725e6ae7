import type { BrowserContext } from './state.ts';

/** Says when the next try may be: to programs in a header, to people in the sentence that is answered. */
export function tooManyTries(ctx: BrowserContext, seconds: number): string {
  ctx.set('Retry-After', String(seconds));
  return `Too many tries. Try again in ${seconds < 90 ? `${seconds} seconds` : `${Math.ceil(seconds / 60)} minutes`}.`;
}
