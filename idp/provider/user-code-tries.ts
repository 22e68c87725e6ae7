import type Koa from 'koa';
import type { Pool } from 'pg';
import type { Person } from '../../shared/access/principal.ts';
import { countTry, giveBack } from '../../shared/identity/sign-in-limits.ts';
import { showPage } from '../pages/pages.ts';
import { tooManyTries } from '../sign-in/limited.ts';
import type { BrowserContext } from '../sign-in/state.ts';
import { mountPath, routes } from './paths.ts';
import { formOf } from './plain-requests.ts';

/**
 * Lets nobody guess the short codes of devices (RFC 8628 §5.1): each person has so many wrong ones in a while, counted
 * before a code is looked for. One that was right is given back, and clears nothing. Goes after `deviceForms`.
 */
export function userCodeTries(pool: Pool): Koa.Middleware {
  return async (ctx, next) => {
    const form = formOf(ctx);
    if (ctx.method !== 'POST' || ctx.path !== routes.code_verification || !form?.user_code) return next();
    const { person } = ctx.state as { person: Person };
    // Not by address: whoever guesses here keeps nobody else from signing in.
    const tried = { account: `user codes of ${person.id}`, address: null };
    const seconds = await countTry(pool, tried);
    if (seconds !== null) {
      const error = tooManyTries(ctx as BrowserContext, seconds);
      const view = { action: mountPath + routes.code_verification, csrf: form.xsrf ?? '', userCode: '', error };
      return showPage(ctx, 'device-code', view, 429);
    }
    await next();
    if (ctx.oidc?.entities.DeviceCode) await giveBack(pool, tried);
  };
}
