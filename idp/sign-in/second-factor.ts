import type Router from '@koa/router';
import { secondFactorsOf } from '../../shared/identity/second-factors.ts';
import { signInRequest } from '../../shared/identity/sign-in-record.ts';
import { tellOfChange } from '../../shared/mail/tell-of-change.ts';
import { say } from '../messages/say.ts';
import { showPage } from '../pages/pages.ts';
import { seeOther } from '../pages/see-other.ts';
import { authenticationOptions, passkeysWork } from '../second-factors/passkeys.ts';
import { type FactorServices, proveSecondFactor } from '../second-factors/prove.ts';
import { completeSignIn } from './complete.ts';
import { knownBrowserOf } from './known-browser.ts';
import { tooManyTries } from './limited.ts';
import { findPending, finishPending, type PendingSignIn } from './pending.ts';
import { returnPath, signInPath } from './return-path.ts';
import { browserSecretOf } from './session.ts';
import type { BrowserContext, BrowserState } from './state.ts';

const path = '/accounts/login/second-factor/';

/** `/accounts/login/second-factor/`: after the right password, the other thing that somebody proves who they are with. */
export function secondFactorRoutes(router: Router<BrowserState>, services: FactorServices): void {
  const { knex, config } = services;

  router.get(path, async (ctx) => {
    const next = returnPath(String(ctx.query.next ?? ''));
    const pending = await findPending(ctx, knex);
    if (!pending) return seeOther(ctx, signInPath(next));
    await show(ctx, pending, { next });
  });

  router.post(path, async (ctx) => {
    const { form } = ctx.state;
    const next = returnPath(form.raw('next'));
    const pending = await findPending(ctx, knex);
    if (!pending) return seeOther(ctx, signInPath(next));
    const code = form.text('code');
    const passkey = form.raw('passkey');
    if (!code && !passkey) return show(ctx, pending, { next, errors: { code: say('second-factor.no-code') } }, 422);
    const address = ctx.ip || null;
    const { id: userId } = pending.person;
    const known = await knownBrowserOf(ctx, knex, config.secretKey, userId);
    const request = signInRequest(ctx.method, ctx.originalUrl);
    const tried = { userId, code, passkey, browser: browserSecretOf(ctx), address, request, known };
    const answer = await proveSecondFactor(services, tried);
    if (answer.refused === 'limited') {
      return show(ctx, pending, { next, refusal: tooManyTries(ctx, answer.retryAfterSeconds) }, 429);
    }
    if (answer.refused) {
      const refusal = passkey ? say('second-factor.passkey-failed') : say('second-factor.code-failed');
      return show(ctx, pending, { next, refusal }, 422);
    }
    const done = await knex.transaction(async (trx) => {
      if (!(await finishPending(ctx, trx, pending))) return false;
      const amr = [...new Set([...pending.amr, ...answer.amr])];
      await completeSignIn(ctx, trx, config, { person: pending.person, amr });
      if (answer.byRecoveryCode) await tellOfChange(trx, pending.person.id, 'recovery code');
      return true;
    });
    seeOther(ctx, done ? next : signInPath(next));
  });

  async function show(ctx: BrowserContext, { person }: PendingSignIn, shown: object, status = 200): Promise<void> {
    const factors = await secondFactorsOf(knex, person.id);
    const passkey =
      factors.passkeys > 0 &&
      passkeysWork(config) &&
      (await authenticationOptions(knex, config, browserSecretOf(ctx), person.id));
    showPage(ctx, 'second-factor', { ...shown, username: person.username, factors, passkey }, status);
  }
}
