import { confirmPath, isRecent } from '../../shared/identity/recent-proof.ts';
import { seeOther } from '../pages/see-other.ts';
import type { BrowserContext, BrowserMiddleware } from './state.ts';

/**
 * After `signedIn`: lets people go on who proved within the last `recentMinutes` who they are. Others are
 * asked first and come back to the page; a form that they sent is not carried out, so they send it again.
 */
export function requireRecentSignIn(): BrowserMiddleware {
  return async (ctx, next) => {
    if (ctx.state.session && isRecent(ctx.state.session.authTime)) return next();
    seeOther(ctx, `${confirmPath}?next=${encodeURIComponent(pageOf(ctx))}`);
  };
}

/** The same, for the requests that change something only: the pages themselves may be read. */
export function requireRecentSignInToChange(): BrowserMiddleware {
  const check = requireRecentSignIn();
  return (ctx, next) => (ctx.method === 'POST' ? check(ctx, next) : next());
}

/** The page that a request belongs to: itself, or the one whose form it is. */
function pageOf(ctx: BrowserContext): string {
  if (ctx.method !== 'POST') return ctx.originalUrl;
  const from = URL.parse(ctx.get('Referer'));
  return from?.host === ctx.host ? from.pathname + from.search : ctx.path;
}
