import type Koa from 'koa';
import { say } from '../messages/say.ts';
import { showProblem } from '../pages/pages.ts';
import { fromOurPages } from '../sign-in/form.ts';
import type { BrowserContext } from '../sign-in/state.ts';
import { routes } from './paths.ts';

/** Where people answer what the provider itself asks them. */
const asked: readonly string[] = [routes.code_verification, `${routes.end_session}confirm`];

/**
 * Takes such answers from our own pages alone. The library ties a form to its session, and that may have been planted in
 * the browser by a neighbour who knows its secret.
 */
export function ownAnswers(publicUrl: string): Koa.Middleware {
  return (ctx, next) => {
    if (ctx.method !== 'POST' || !asked.includes(ctx.path) || fromOurPages(ctx as BrowserContext, publicUrl)) {
      return next();
    }
    return showProblem(ctx, 403, { title: say('problems.expired'), text: say('problems.expired-text') });
  };
}
