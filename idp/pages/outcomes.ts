import type Koa from 'koa';
import { type Key, say } from '../messages/say.ts';

/** What a page may say of what was done just before, by what `?done=` says: so nobody puts words on it by a link. */
export type Outcomes = Readonly<Record<string, Key>>;

/** What to say of what was done; null when the address tells of nothing. */
export function outcomeOf({ query }: Pick<Koa.Context, 'query'>, outcomes: Outcomes): string | null {
  const done = String(query.done);
  const key = Object.hasOwn(outcomes, done) ? outcomes[done] : undefined;
  return key ? say(key) : null;
}
