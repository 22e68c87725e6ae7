import Router from '@koa/router';
import { loadPerson } from '../../shared/access/load-person.ts';
import { audit } from '../../shared/audit.ts';
import { holdsStill, signInWithPassword } from '../../shared/identity/password-sign-in.ts';
import { hasFactor, secondFactorsOf } from '../../shared/identity/second-factors.ts';
import { endSession } from '../../shared/identity/sessions.ts';
import { countSuccess, countTry } from '../../shared/identity/sign-in-limits.ts';
import { recordRefusal, signInRequest } from '../../shared/identity/sign-in-record.ts';
import { say } from '../messages/say.ts';
import { showPage } from '../pages/pages.ts';
import { problems } from '../pages/problems.ts';
import { seeOther } from '../pages/see-other.ts';
import { authenticationOptions, passkeysWork, usePasskey } from '../second-factors/passkeys.ts';
import type { FactorServices } from '../second-factors/prove.ts';
import { completeSignIn } from './complete.ts';
import { postedForm } from './form.ts';
import { knownBrowser } from './known-browser.ts';
import { tooManyTries } from './limited.ts';
import { beginPending } from './pending.ts';
import { resetRoutes } from './reset.ts';
import { returnPath } from './return-path.ts';
import { secondFactorRoutes } from './second-factor.ts';
import { browserSecretOf, forgetSession } from './session.ts';
import { setUpRoutes } from './set-up.ts';
import { type BrowserContext, type BrowserState, principalOf } from './state.ts';

export type SignInServices = FactorServices;

/** Signing in and out: `/accounts/login/…` and `/accounts/logout/`. Goes after `browserSession`. */
export function signInRouter(services: SignInServices): Router<BrowserState> {
  const { knex, pool, config } = services;
  const router = new Router<BrowserState>();
  for (const path of ['login', 'logout', 'reset', 'invitation'].map((one) => `/accounts/${one}`))
    router.use(path, problems(), postedForm(config));
  secondFactorRoutes(router, services);
  setUpRoutes(router, services);
  resetRoutes(router, services);

  router.get('/accounts/login/', (ctx) => {
    const next = returnPath(String(ctx.query.next ?? ''));
    // An authorization that sends a signed-in person here wants them to prove again who they are.
    const again = next.startsWith('/o/interaction/');
    if (ctx.state.person && !again) return seeOther(ctx, next);
    const signedOut = ctx.query.signed_out !== undefined && !ctx.state.person;
    const username = ctx.state.person?.username;
    const done = ctx.query.done === 'password' ? say('sign-in.password-set') : null;
    return show(ctx, { next, username, again: Boolean(ctx.state.person) && again, signedOut, done });
  });

  router.post('/accounts/login/', async (ctx) => {
    const { form } = ctx.state;
    const next = returnPath(form.raw('next'));
    const username = form.text('username');
    const password = form.raw('password');
    const shown = { next, username };
    const errors = {
      ...(!username && { username: say('sign-in.no-username') }),
      ...(!password && { password: say('sign-in.no-password') }),
    };
    if (Object.keys(errors).length > 0) return show(ctx, { ...shown, errors }, 422);

    const answer = await signInWithPassword(services, {
      username,
      password,
      address: ctx.ip || null,
      request: signInRequest(ctx.method, ctx.originalUrl),
      knownBrowser: (account) => knownBrowser(ctx, config.secretKey, account),
    });
    if (answer.refused === 'limited') {
      return show(ctx, { ...shown, refusal: tooManyTries(ctx, answer.retryAfterSeconds) }, 429);
    }
    if (answer.refused) return show(ctx, { ...shown, refusal: say('sign-in.no-match') }, 422);
    const { person, needsSecondFactor } = answer;
    const isKept = await knex.transaction(async (trx) => {
      if (!(await holdsStill(trx, answer))) return false;
      if (needsSecondFactor) await beginPending(ctx, trx, { personId: person.id, amr: ['pwd'] });
      else await completeSignIn(ctx, trx, config, { person, amr: ['pwd'] });
      return true;
    });
    if (!isKept) return show(ctx, { ...shown, refusal: say('sign-in.no-match') }, 422);
    if (!needsSecondFactor) return seeOther(ctx, next);
    const there = hasFactor(await secondFactorsOf(knex, person.id));
    seeOther(ctx, `/accounts/login/${there ? 'second-factor' : 'set-up'}/?next=${encodeURIComponent(next)}`);
  });

  router.post('/accounts/login/passkey/', async (ctx) => {
    const next = returnPath(ctx.state.form.raw('next'));
    const tried = { account: `passkey from ${ctx.ip}`, address: ctx.ip || null };
    const seconds = await countTry(pool, tried);
    if (seconds !== null) return show(ctx, { next, refusal: tooManyTries(ctx, seconds) }, 429);
    const used = await usePasskey(knex, config, browserSecretOf(ctx), ctx.state.form.raw('passkey'));
    const person = used && (await loadPerson(knex, { id: used.userId }));
    if (!used || !person?.isActive) {
      await recordRefusal(
        knex,
        principalOf(ctx, null),
        used?.userId ?? null,
        signInRequest(ctx.method, ctx.originalUrl),
      );
      return show(ctx, { next, refusal: say('sign-in.passkey-failed-try-password') }, 422);
    }
    await countSuccess(pool, tried);
    await knex.transaction((trx) => completeSignIn(ctx, trx, config, { person, amr: used.amr }));
    seeOther(ctx, next);
  });

  router.get('/accounts/logout/', (ctx) => {
    if (!ctx.state.person) return seeOther(ctx, '/accounts/login/');
    showPage(ctx, 'sign-out');
  });

  router.post('/accounts/logout/', async (ctx) => {
    const { session, person } = ctx.state;
    if (session && person) {
      await knex.transaction(async (trx) => {
        await endSession(trx, session.idHash);
        await audit(trx, principalOf(ctx), { action: 'sign_out', resource: 'user', objectId: person.id });
      });
    }
    forgetSession(ctx);
    seeOther(ctx, '/accounts/login/?signed_out');
  });

  async function show(ctx: BrowserContext, shown: object, status = 200): Promise<void> {
    const passkey = passkeysWork(config) && (await authenticationOptions(knex, config, browserSecretOf(ctx)));
    showPage(ctx, 'sign-in', { ...shown, passkey }, status);
  }

  return router;
}
