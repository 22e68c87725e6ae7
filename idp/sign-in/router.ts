import Router from '@koa/router';
import { audit } from '../../shared/audit.ts';
import type { Config } from '../../shared/config.ts';
import { type PasswordServices, signInWithPassword } from '../../shared/identity/password-sign-in.ts';
import { endSession } from '../../shared/identity/sessions.ts';
import { showPage } from '../pages/pages.ts';
import { problems } from '../pages/problems.ts';
import { seeOther } from '../pages/see-other.ts';
import { postedForm } from './form.ts';
import { returnPath } from './return-path.ts';
import { beginSession, forgetSession } from './session.ts';
import { type BrowserState, principalOf } from './state.ts';

export type SignInServices = PasswordServices & {
  readonly config: Pick<Config, 'secretKey' | 'publicUrl' | 'sessionHours'>;
};

/** Signing in and out: `/accounts/login/` and `/accounts/logout/`. Goes after `browserSession`. */
export function signInRouter(services: SignInServices): Router<BrowserState> {
  const router = new Router<BrowserState>();
  for (const path of ['/accounts/login', '/accounts/logout']) router.use(path, problems(), postedForm(services.config));

  router.get('/accounts/login/', (ctx) => {
    const next = returnPath(String(ctx.query.next ?? ''));
    // An authorization that sends a signed-in person here wants them to prove again who they are.
    const again = next.startsWith('/o/interaction/');
    if (ctx.state.person && !again) return seeOther(ctx, next);
    const signedOut = ctx.query.signed_out !== undefined && !ctx.state.person;
    showPage(ctx, 'sign-in', {
      next,
      username: ctx.state.person?.username,
      again: ctx.state.person && again,
      signedOut,
    });
  });

  router.post('/accounts/login/', async (ctx) => {
    const { form } = ctx.state;
    const next = returnPath(form.raw('next'));
    const username = form.text('username');
    const password = form.raw('password');
    const shown = { next, username };
    const errors = {
      ...(!username && { username: 'Enter your username.' }),
      ...(!password && { password: 'Enter your password.' }),
    };
    if (Object.keys(errors).length > 0) return showPage(ctx, 'sign-in', { ...shown, errors }, 422);

    const answer = await signInWithPassword(services, { username, password, address: ctx.ip || null });
    if (answer.refused === 'limited') {
      ctx.set('Retry-After', String(answer.retryAfterSeconds));
      const refusal = `Too many tries. Try again in ${inWords(answer.retryAfterSeconds)}.`;
      return showPage(ctx, 'sign-in', { ...shown, refusal }, 429);
    }
    if (answer.refused) {
      return showPage(ctx, 'sign-in', { ...shown, refusal: 'Username and password do not match.' }, 422);
    }
    await services.knex.transaction((trx) =>
      beginSession(ctx, trx, { personId: answer.person.id, idleHours: services.config.sessionHours }),
    );
    seeOther(ctx, next);
  });

  router.get('/accounts/logout/', (ctx) => {
    if (!ctx.state.person) return seeOther(ctx, '/accounts/login/');
    showPage(ctx, 'sign-out');
  });

  router.post('/accounts/logout/', async (ctx) => {
    const { session, person } = ctx.state;
    if (session && person) {
      await services.knex.transaction(async (trx) => {
        await endSession(trx, session.idHash);
        await audit(trx, principalOf(ctx), { action: 'sign_out', resource: 'user', objectId: person.id });
      });
    }
    forgetSession(ctx);
    seeOther(ctx, '/accounts/login/?signed_out');
  });

  return router;
}

function inWords(seconds: number): string {
  if (seconds < 90) return `${seconds} seconds`;
  return `${Math.ceil(seconds / 60)} minutes`;
}
