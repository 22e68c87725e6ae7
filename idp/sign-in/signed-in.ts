import { say } from '../messages/say.ts';
import { Problem } from '../pages/problems.ts';
import { signInPath } from './return-path.ts';
import type { BrowserMiddleware } from './state.ts';

/** Lets people in who are signed in; sends others to sign in and back. Programs with a token are told to stay out. */
export function signedIn(): BrowserMiddleware {
  return async (ctx, next) => {
    if (ctx.state.person) return next();
    if (ctx.get('Authorization')) {
      throw new Problem(403, say('problems.for-people'), say('problems.for-people-text'));
    }
    ctx.redirect(signInPath(ctx.method === 'GET' || ctx.method === 'HEAD' ? ctx.originalUrl : ctx.path));
    ctx.status = 303;
    return;
  };
}

/** After {@link signedIn}: lets superusers in only. */
export function superusersOnly(): BrowserMiddleware {
  return async (ctx, next) => {
    if (ctx.state.person?.isSuperuser) return next();
    throw new Problem(403, say('problems.for-superusers'), say('problems.for-superusers-text'));
  };
}
