import type Koa from 'koa';
import { routes } from './paths.ts';
import { formOf, replaceForm } from './plain-requests.ts';

/**
 * Who asks for `offline_access` is asked for consent: OpenID Connect Core §11 wants that, and the library leaves the
 * scope out otherwise, so that the client would get less than it asked for.
 */
export function offlineAccessAsks(): Koa.Middleware {
  return (ctx, next) => {
    if (ctx.method === 'GET' && ctx.path === routes.authorization) {
      const prompt = promptFor(ctx.query);
      if (prompt) ctx.query = { ...ctx.query, prompt };
    } else if (ctx.method === 'POST' && ctx.path === routes.pushed_authorization_request) {
      const form = formOf(ctx) ?? {};
      const prompt = promptFor(form);
      if (prompt) replaceForm(ctx, { ...form, prompt });
    }
    return next();
  };
}

type Parameters = Readonly<Record<string, string | string[] | undefined>>;

/** The `prompt` that a request needs beside what it asks for; undefined when it is fine as it is. */
function promptFor({ scope, prompt = '' }: Parameters): string | undefined {
  if (typeof scope !== 'string' || typeof prompt !== 'string') return undefined;
  if (!scope.split(' ').includes('offline_access')) return undefined;
  const prompts = prompt.split(' ').filter(Boolean);
  return prompts.includes('consent') || prompts.includes('none') ? undefined : [...prompts, 'consent'].join(' ');
}
