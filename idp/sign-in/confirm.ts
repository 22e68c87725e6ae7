import type Router from '@koa/router';
import { audit } from '../../shared/audit.ts';
import { checkOwnPassword } from '../../shared/identity/own-password.ts';
import type { PasswordServices } from '../../shared/identity/password-sign-in.ts';
import { showPage } from '../pages/pages.ts';
import { seeOther } from '../pages/see-other.ts';
import { tooManyTries } from './limited.ts';
import { confirmPath } from './recent-sign-in.ts';
import { returnPath, signInPath } from './return-path.ts';
import { stepUp } from './session.ts';
import { type BrowserContext, type BrowserState, personOf, principalOf } from './state.ts';

/** `/accounts/confirm/`: proving again who one is, before a sensitive page. Goes after `signedIn` and `postedForm`. */
export function confirmRoutes(router: Router<BrowserState>, services: PasswordServices): void {
  router.get(confirmPath, (ctx) => show(ctx, { next: returnPath(String(ctx.query.next ?? '')) }));

  router.post(confirmPath, async (ctx) => {
    const { form } = ctx.state;
    const next = returnPath(form.raw('next'));
    const password = form.raw('password');
    if (!password) return show(ctx, { next, errors: { password: 'Enter your password.' } }, 422);
    const tried = { userId: personOf(ctx).id, password, address: ctx.ip || null };
    const answer = await checkOwnPassword(services, tried);
    if (answer.refused === 'limited') {
      return show(ctx, { next, errors: { password: tooManyTries(ctx, answer.retryAfterSeconds) } }, 429);
    }
    if (answer.refused) return show(ctx, { next, errors: { password: 'This is not your password.' } }, 422);
    await proved(ctx, ['pwd'], next);
  });

  async function proved(ctx: BrowserContext, amr: readonly string[], next: string): Promise<void> {
    const there = await services.knex.transaction(async (trx) => {
      if (!(await stepUp(ctx, trx, amr))) return false;
      const entry = { action: 'confirm_sign_in', resource: 'user', objectId: personOf(ctx).id };
      await audit(trx, principalOf(ctx), { ...entry, changes: { amr: { new: amr } } });
      return true;
    });
    seeOther(ctx, there ? next : signInPath(next));
  }
}

interface Shown {
  readonly next: string;
  readonly errors?: Record<string, string>;
}

function show(ctx: BrowserContext, shown: Shown, status = 200): void {
  showPage(ctx, 'confirm-sign-in', shown, status);
}
