import type { Knex } from 'knex';
import type Koa from 'koa';
import type Provider from 'oidc-provider';
import { audit } from '../../shared/audit.ts';
import { endSession } from '../../shared/identity/sessions.ts';
import { forgetSession } from '../sign-in/session.ts';
import { type BrowserContext, principalOf } from '../sign-in/state.ts';
import { mountPath, routes } from './paths.ts';
import { prepared } from './prepared.ts';

/*
 * Who sits at a browser is what its own session says. The provider keeps a session beside it, for what it has to
 * remember; that one never outlives the browser's, and never speaks for somebody else.
 */

/** Pages of the provider that go by its session. */
const asked = [routes.authorization, routes.code_verification, routes.end_session];

/**
 * Forgets the provider's session when the person who started it is no longer signed in at this browser, and ties it to
 * the browser's own, so that it ends with that.
 */
export function sameBrowserSession(provider: Provider, knex: Knex): Koa.Middleware {
  return async (ctx, next) => {
    if (asked.some((path) => ctx.path.startsWith(path))) {
      const person = (ctx as BrowserContext).state.person;
      const session = await liveSession(provider, ctx);
      const isOthers = Boolean(session?.accountId && session.accountId !== String(person?.id));
      if (isOthers) await session?.destroy();
      // A code typed into a form whose session is over: the library can't answer that. The page begins anew.
      if (ctx.method === 'POST' && ctx.path === routes.code_verification && (isOthers || !session?.exp)) {
        ctx.redirect(mountPath + routes.code_verification);
        ctx.status = 303;
        return;
      }
      await next();
      await tie(knex, ctx as BrowserContext);
      return;
    }
    return next();
  };
}

const tieSessions = prepared(
  'tie_sessions',
  'UPDATE sessions SET provider_uid = ? WHERE id = ? AND provider_uid IS DISTINCT FROM ?',
);

/** Notes which session of the provider belongs to the browser's. */
async function tie(knex: Knex, ctx: BrowserContext): Promise<void> {
  const { session, person } = ctx.state;
  const { uid, accountId } = ctx.oidc?.session ?? {};
  if (!session || !uid || accountId !== String(person?.id) || session.providerUid === uid) return;
  await tieSessions(knex, [uid, session.id, uid]);
}

/** Ends the provider's session of this browser, as signing out does. */
export async function endProviderSession(provider: Provider, ctx: Koa.Context): Promise<void> {
  await (await liveSession(provider, ctx))?.destroy();
  ctx.cookies.set(provider.cookieName('session'), null);
}

/** After an application asked to sign the person out and they agreed, the browser's session ends too. */
export function signOutWithProvider(knex: Knex): Koa.Middleware {
  return async (ctx, next) => {
    await next();
    if (ctx.path !== `${routes.end_session}confirm` || ctx.status !== 303 || !ctx.oidc?.params?.logout) return;
    const browser = ctx as BrowserContext;
    const { session, person } = browser.state;
    // Only who was shown the question has answered it; without a session nobody was asked.
    if (!session || !person || !ctx.oidc.session?.accountId) return;
    await knex.transaction(async (trx) => {
      await endSession(trx, session.idHash);
      await audit(trx, principalOf(browser), { action: 'sign_out', resource: 'user', objectId: person.id });
    });
    forgetSession(browser);
  };
}

async function liveSession(provider: Provider, ctx: Koa.Context) {
  if (!ctx.cookies.get(provider.cookieName('session'))) return undefined;
  return provider.Session.get(ctx as never);
}
