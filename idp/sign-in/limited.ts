import { say } from '../messages/say.ts';
import type { BrowserContext } from './state.ts';

/** Says when the next try may be: to programs in a header, to people in the sentence that is answered. */
export function tooManyTries(ctx: BrowserContext, seconds: number): string {
  ctx.set('Retry-After', String(seconds));
  if (seconds < 90) return say('words.too-many-seconds', { seconds });
  return say('words.too-many-minutes', { minutes: Math.ceil(seconds / 60) });
}
