import type Router from '@koa/router';
import { hasFactor, secondFactorsOf } from '../../shared/identity/second-factors.ts';
import { say } from '../messages/say.ts';
import { showPage } from '../pages/pages.ts';
import { seeOther } from '../pages/see-other.ts';
import { enrol } from '../second-factors/enrol.ts';
import { offers } from '../second-factors/offers.ts';
import type { FactorServices } from '../second-factors/prove.ts';
import { completeSignIn } from './complete.ts';
import { findPending, finishPending, holdPending, type PendingSignIn } from './pending.ts';
import { returnPath, signInPath } from './return-path.ts';
import { browserSecretOf } from './session.ts';
import { type BrowserContext, type BrowserState, principalOf } from './state.ts';

const path = '/accounts/login/set-up/';

/** `/accounts/login/set-up/`: where the policy asks for a second factor and somebody has none, signing in leads here and nowhere else. */
export function setUpRoutes(router: Router<BrowserState>, services: FactorServices): void {
  const { knex, config } = services;

  router.get(path, async (ctx) => {
    const next = returnPath(String(ctx.query.next ?? ''));
    const pending = await withoutFactor(ctx);
    if (!pending) return seeOther(ctx, signInPath(next));
    await show(ctx, pending, next);
  });

  router.post(path, async (ctx) => {
    const { form } = ctx.state;
    const next = returnPath(form.raw('next'));
    const pending = await withoutFactor(ctx);
    if (!pending) return seeOther(ctx, signInPath(next));
    const { person } = pending;
    const about = { userId: person.id, browser: browserSecretOf(ctx), actor: principalOf(ctx, person) };
    const enrolled = await knex.transaction(async (trx) => {
      if (!(await holdPending(trx, pending))) return 'gone';
      const added = await enrol(trx, config, about, form);
      if (!added) return null;
      await finishPending(ctx, trx, pending);
      const amr = [...new Set([...pending.amr, ...added.amr])];
      await completeSignIn(ctx, trx, config, { person, amr });
      return added;
    });
    if (enrolled === 'gone') return seeOther(ctx, signInPath(next));
    if (!enrolled) return show(ctx, pending, next, 422);
    showPage(ctx, 'recovery-codes', { codes: enrolled.codes, next, fresh: true });
  });

  /** Who has a factor proves it instead of adding another. */
  async function withoutFactor(ctx: BrowserContext): Promise<PendingSignIn | null> {
    const pending = await findPending(ctx, knex);
    return pending && !hasFactor(await secondFactorsOf(knex, pending.person.id)) ? pending : null;
  }

  async function show(ctx: BrowserContext, { person }: PendingSignIn, next: string, status = 200): Promise<void> {
    const browser = browserSecretOf(ctx);
    const offer = await offers(knex, config, { person, browser, given: ctx.state.form?.raw('offer') });
    const errors = wrongIn(ctx);
    showPage(ctx, 'set-up-second-factor', { ...offer, next, action: path, username: person.username, errors }, status);
  }
}

/** What was wrong with a set-up form that came back. */
export function wrongIn({ state: { form } }: BrowserContext): Record<string, string> | undefined {
  if (!form) return undefined;
  if (form.has('passkey')) return { name: say('second-factor.passkey-not-added') };
  return { code: say('second-factor.code-not-shown') };
}
