import type Router from '@koa/router';
import { newPassword } from '../../shared/identity/change-password.ts';
import { checkOwnPassword } from '../../shared/identity/own-password.ts';
import { confirmPath, isRecent } from '../../shared/identity/recent-proof.ts';
import { say } from '../messages/say.ts';
import { showPage } from '../pages/pages.ts';
import { seeOther } from '../pages/see-other.ts';
import { readChosenPassword } from '../sign-in/chosen-password.ts';
import { type Account, knownBrowser, rememberBrowser } from '../sign-in/known-browser.ts';
import { tooManyTries } from '../sign-in/limited.ts';
import { beginSession } from '../sign-in/session.ts';
import { type BrowserContext, type BrowserState, personOf, principalOf } from '../sign-in/state.ts';
import type { AccountServices } from './router.ts';

/** `/accounts/password/`: a new password, for whoever knows the old one, or has none and proved just now who they are. */
export function passwordRoutes(router: Router<BrowserState>, { knex, pool, config }: AccountServices): void {
  const path = '/accounts/password/';

  router.get(path, async (ctx) => {
    const hasPassword = await hasOne(ctx);
    if (!hasPassword && !provedJustNow(ctx)) return seeOther(ctx, `${confirmPath}?next=${encodeURIComponent(path)}`);
    showPage(ctx, 'password', { hasPassword });
  });

  router.post(path, async (ctx) => {
    const person = personOf(ctx);
    const { form } = ctx.state;
    const hasPassword = await hasOne(ctx);
    if (!hasPassword && !provedJustNow(ctx)) return seeOther(ctx, `${confirmPath}?next=${encodeURIComponent(path)}`);
    const refuse = (errors: Record<string, string>, status = 422, strength: number | null = null) =>
      showPage(ctx, 'password', { hasPassword, errors, strength }, status);

    const { password, strength, errors: wrong } = await readChosenPassword(form, person, config);
    const old = form.raw('current');
    const errors = {
      ...(hasPassword && !old && { current: say('password.no-current') }),
      ...wrong,
      ...(old === password && !wrong.chosen && { chosen: say('password.is-current') }),
    };
    if (Object.keys(errors).length > 0) return refuse(errors, 422, strength);

    const tried = {
      userId: person.id,
      password: old,
      address: ctx.ip || null,
      knownBrowser: (account: Account) => knownBrowser(ctx, config.secretKey, account),
    };
    const current = hasPassword ? await checkOwnPassword({ knex, pool }, tried) : { refused: undefined, stored: null };
    if (current.refused === 'limited') return refuse({ current: tooManyTries(ctx, current.retryAfterSeconds) }, 429);
    if (current.refused) return refuse({ current: say('password.wrong-current') });

    const change = await newPassword({ userId: person.id, stored: current.stored, password });
    const changed = await knex.transaction(async (trx) => {
      if (!(await change(trx, principalOf(ctx)))) return false;
      const amr = ctx.state.session?.amr ?? ['pwd'];
      await rememberBrowser(ctx, trx, config.secretKey, person.id);
      await beginSession(ctx, trx, { personId: person.id, idleHours: config.sessionHours, amr });
      return true;
    });
    if (!changed) return refuse({ chosen: say('password.changed-meanwhile') }, 409);
    seeOther(ctx, '/accounts/?done=password');
  });

  async function hasOne(ctx: BrowserContext): Promise<boolean> {
    return Boolean(
      await knex('users')
        .where({ id: personOf(ctx).id })
        .whereNotNull('password')
        .first('id'),
    );
  }
}

const provedJustNow = ({ state: { session } }: BrowserContext): boolean =>
  session !== null && isRecent(session.authTime);
