import type Router from '@koa/router';
import { audit } from '../../shared/audit.ts';
import { hasFactor, secondFactorsOf } from '../../shared/identity/second-factors.ts';
import { tellOfChange } from '../../shared/mail/tell-of-change.ts';
import { say } from '../messages/say.ts';
import { showPage } from '../pages/pages.ts';
import { Problem } from '../pages/problems.ts';
import { seeOther } from '../pages/see-other.ts';
import { enrol, inTurn } from '../second-factors/enrol.ts';
import { offers } from '../second-factors/offers.ts';
import { makeRecoveryCodes } from '../second-factors/recovery-codes.ts';
import { browserSecretOf, stepUp } from '../sign-in/session.ts';
import { wrongIn } from '../sign-in/set-up.ts';
import { type BrowserContext, type BrowserState, personOf, principalOf } from '../sign-in/state.ts';
import type { AccountServices } from './router.ts';
import { securityHome } from './security-home.ts';

/** The pages that add a second factor, each with what it is called. */
const pages = { app: 'second-factor.add-app-page', passkey: 'second-factor.add-passkey' } as const;

/** `/accounts/security/{app,passkey,recovery-codes}/`: adding what protects the account. */
export function addingFactorRoutes(router: Router<BrowserState>, { knex, config }: AccountServices): void {
  for (const [kind, key] of Object.entries(pages)) {
    const path = `${securityHome}${kind}/`;

    router.get(path, async (ctx) => {
      await refuseWhereOff(ctx);
      await show(ctx);
    });

    router.post(path, async (ctx) => {
      await refuseWhereOff(ctx);
      const { id: userId } = personOf(ctx);
      const about = { userId, browser: browserSecretOf(ctx), actor: principalOf(ctx) };
      const enrolled = await knex.transaction(async (trx) => {
        const added = await enrol(trx, config, about, ctx.state.form);
        if (!added) return null;
        // It was proved by adding it, so this session has it; those without end by themselves.
        await stepUp(ctx, trx, added.amr);
        await tellOfChange(trx, userId, 'factor added');
        return added;
      });
      if (!enrolled) return show(ctx, 422);
      if (!enrolled.codes) return seeOther(ctx, `${securityHome}?done=added`);
      showPage(ctx, 'recovery-codes', { codes: enrolled.codes, next: securityHome, fresh: true });
    });

    async function show(ctx: BrowserContext, status = 200): Promise<void> {
      const person = personOf(ctx);
      const given = ctx.state.form?.raw('offer');
      const offer = await offers(knex, config, { person, browser: browserSecretOf(ctx), given });
      showPage(
        ctx,
        'add-second-factor',
        { ...offer, kind, title: say(key), action: path, errors: wrongIn(ctx) },
        status,
      );
    }
  }

  const codes = `${securityHome}recovery-codes/`;

  router.get(codes, async (ctx) => {
    const { recoveryCodes } = await withFactor(ctx);
    showPage(ctx, 'confirm', {
      title: say('second-factor.make-codes'),
      sentences: [say('second-factor.codes-stop', { count: recoveryCodes })],
      action: codes,
      button: say('second-factor.make'),
      back: securityHome,
      harmless: true,
    });
  });

  router.post(codes, async (ctx) => {
    await withFactor(ctx);
    const { id: userId } = personOf(ctx);
    const made = await knex.transaction(async (trx) => {
      await inTurn(trx, userId);
      await audit(trx, principalOf(ctx), { action: 'make_recovery_codes', resource: 'user', objectId: userId });
      return makeRecoveryCodes(trx, userId);
    });
    showPage(ctx, 'recovery-codes', { codes: made, next: securityHome });
  });

  async function refuseWhereOff(ctx: BrowserContext): Promise<void> {
    if ((await secondFactorsOf(knex, personOf(ctx).id)).offered) return;
    throw new Problem(403, say('second-factor.not-offered'), say('second-factor.not-offered-text'));
  }

  /** Recovery codes stand in for a second factor; without one they are good for nothing. */
  async function withFactor(ctx: BrowserContext) {
    const factors = await secondFactorsOf(knex, personOf(ctx).id);
    if (hasFactor(factors)) return factors;
    throw new Problem(409, say('second-factor.none'), say('second-factor.none-text'));
  }
}
