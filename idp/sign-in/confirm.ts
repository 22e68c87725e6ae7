import type Router from '@koa/router';
import { audit } from '../../shared/audit.ts';
import { checkOwnPassword } from '../../shared/identity/own-password.ts';
import { confirmPath } from '../../shared/identity/recent-proof.ts';
import { secondFactorsOf } from '../../shared/identity/second-factors.ts';
import { signInRequest } from '../../shared/identity/sign-in-record.ts';
import { say } from '../messages/say.ts';
import { showPage } from '../pages/pages.ts';
import { seeOther } from '../pages/see-other.ts';
import { authenticationOptions, passkeysWork } from '../second-factors/passkeys.ts';
import { type FactorServices, proveSecondFactor } from '../second-factors/prove.ts';
import { knownBrowser, knownBrowserOf } from './known-browser.ts';
import { tooManyTries } from './limited.ts';
import { returnPath, signInPath } from './return-path.ts';
import { browserSecretOf, stepUp } from './session.ts';
import { type BrowserContext, type BrowserState, personOf, principalOf } from './state.ts';

/** `/accounts/confirm/`: proving again who one is, before a sensitive page. Goes after `signedIn` and `postedForm`. */
export function confirmRoutes(router: Router<BrowserState>, services: FactorServices): void {
  const { knex, config } = services;

  router.get(confirmPath, (ctx) => show(ctx, { next: returnPath(String(ctx.query.next ?? '')) }));

  router.post(confirmPath, async (ctx) => {
    const next = returnPath(ctx.state.form.raw('next'));
    const answer = await prove(ctx);
    if (!answer.refused) return proved(ctx, answer.amr, next);
    const limited = answer.refused === 'limited';
    const says = limited ? tooManyTries(ctx, answer.retryAfterSeconds) : say(wrongs[answer.field]);
    await show(
      ctx,
      { next, errors: { [answer.field === 'nothing' ? 'password' : answer.field]: says } },
      limited ? 429 : 422,
    );
  });

  /** Any one of what the person proves themself with will do: they are signed in already. */
  async function prove(ctx: BrowserContext) {
    const { form } = ctx.state;
    const { id: userId } = personOf(ctx);
    const [password, code, passkey] = [form.raw('password'), form.text('code'), form.raw('passkey')];
    const address = ctx.ip || null;
    if (code || passkey) {
      const request = signInRequest(ctx.method, ctx.originalUrl);
      const browser = browserSecretOf(ctx);
      const known = await knownBrowserOf(ctx, knex, config.secretKey, userId);
      const answer = await proveSecondFactor(services, { userId, code, passkey, browser, address, request, known });
      return { ...answer, field: code ? 'code' : 'passkey' } as const;
    }
    const answer = password
      ? await checkOwnPassword(services, {
          userId,
          password,
          address,
          knownBrowser: (account) => knownBrowser(ctx, config.secretKey, account),
        })
      : ({ refused: 'wrong' } as const);
    return { ...answer, amr: ['pwd'], field: password ? 'password' : 'nothing' } as const;
  }

  async function proved(ctx: BrowserContext, amr: readonly string[], next: string): Promise<void> {
    const there = await knex.transaction(async (trx) => {
      if (!(await stepUp(ctx, trx, amr))) return false;
      const entry = { action: 'confirm_sign_in', resource: 'user', objectId: personOf(ctx).id };
      await audit(trx, principalOf(ctx), { ...entry, changes: { amr: { new: amr } } });
      return true;
    });
    seeOther(ctx, there ? next : signInPath(next));
  }

  async function show(ctx: BrowserContext, shown: Shown, status = 200): Promise<void> {
    const { id } = personOf(ctx);
    const [factors, account] = await Promise.all([
      secondFactorsOf(knex, id),
      knex('users').where({ id }).first<{ password: string | null }>('password'),
    ]);
    const passkey =
      factors.passkeys > 0 &&
      passkeysWork(config) &&
      (await authenticationOptions(knex, config, browserSecretOf(ctx), id));
    const hasPassword = account?.password != null;
    showPage(ctx, 'confirm-sign-in', { ...shown, factors, hasPassword, passkey }, status);
  }
}

const wrongs = {
  password: 'confirm.wrong-password',
  nothing: 'sign-in.no-password',
  code: 'second-factor.code-failed',
  passkey: 'second-factor.passkey-failed',
} as const;

interface Shown {
  readonly next: string;
  readonly errors?: Record<string, string>;
}
