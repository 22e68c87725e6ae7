import type Router from '@koa/router';
import { audit } from '../../shared/audit.ts';
import { secondFactorsOf } from '../../shared/identity/second-factors.ts';
import { tellOfChange } from '../../shared/mail/tell-of-change.ts';
import { say } from '../messages/say.ts';
import { showPage } from '../pages/pages.ts';
import { Problem } from '../pages/problems.ts';
import { seeOther } from '../pages/see-other.ts';
import { inTurn } from '../second-factors/enrol.ts';
import { passkeysWork } from '../second-factors/passkeys.ts';
import { beginSession } from '../sign-in/session.ts';
import { type BrowserContext, type BrowserState, personOf, principalOf } from '../sign-in/state.ts';
import type { AccountServices } from './router.ts';
import { securityHome } from './security-home.ts';

const path = `${securityHome}password/remove/`;

/** `/accounts/security/password/remove/`: from then on a passkey is the only way in. A password that is gone is stolen by nobody. */
export function removingPasswordRoutes(router: Router<BrowserState>, { knex, config }: AccountServices): void {
  router.get(path, async (ctx) => {
    await refuseWithoutPasskey(ctx);
    showPage(ctx, 'confirm', {
      title: say('password.remove-title'),
      sentences: [say('password.remove-about'), say('password.remove-effect')],
      action: path,
      button: say('password.remove'),
      back: securityHome,
    });
  });

  router.post(path, async (ctx) => {
    const { id } = personOf(ctx);
    await knex.transaction(async (trx) => {
      await inTurn(trx, id);
      await refuseWithoutPasskey(ctx, trx);
      await tellOfChange(trx, id, 'password');
      // The database ends every session and connected application with it.
      const changed = { password: null, password_changed_at: trx.fn.now() };
      await trx('users').where({ id }).update(changed);
      await audit(trx, principalOf(ctx), { action: 'remove_password', resource: 'user', objectId: id });
      const amr = ctx.state.session?.amr ?? [];
      await beginSession(ctx, trx, { personId: id, idleHours: config.sessionHours, amr });
    });
    seeOther(ctx, `${securityHome}?done=no-password`);
  });

  async function refuseWithoutPasskey(ctx: BrowserContext, db = knex): Promise<void> {
    if (passkeysWork(config) && (await secondFactorsOf(db, personOf(ctx).id)).passkeys > 0) return;
    throw new Problem(409, say('password.passkey-first'), say('password.passkey-first-text'));
  }
}
