import { Problem } from '../pages/problems.ts';
import { signInPath } from './return-path.ts';
import type { BrowserMiddleware } from './state.ts';

/** Lets people in who are signed in; sends others to sign in and back. Programs with a token are told to stay out. */
export function signedIn(): BrowserMiddleware {
  return async (ctx, next) => {
    if (ctx.state.person) return next();
    if (ctx.get('Authorization')) {
      throw new Problem(403, 'For people in a browser', 'Tokens and passwords of scripts do not open these pages.');
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
    throw new Problem(403, 'For superusers', 'Only superusers may open this page. Ask one of them.');
  };
}
