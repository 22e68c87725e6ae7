import type Router from '@koa/router';
import { newPassword } from '../../shared/identity/change-password.ts';
import { checkOwnPassword } from '../../shared/identity/own-password.ts';
import { showPage } from '../pages/pages.ts';
import { seeOther } from '../pages/see-other.ts';
import { readChosenPassword } from '../sign-in/chosen-password.ts';
import { tooManyTries } from '../sign-in/limited.ts';
import { beginSession } from '../sign-in/session.ts';
import { type BrowserState, personOf, principalOf } from '../sign-in/state.ts';
import type { AccountServices } from './router.ts';

/** `/accounts/password/`: a new password, for whoever knows the old one. */
export function passwordRoutes(router: Router<BrowserState>, { knex, pool, config }: AccountServices): void {
  router.get('/accounts/password/', (ctx) => showPage(ctx, 'password'));

  router.post('/accounts/password/', async (ctx) => {
    const person = personOf(ctx);
    const { form } = ctx.state;
    const { password, strength, errors: wrong } = await readChosenPassword(form, person);
    const old = form.raw('current');
    const errors = {
      ...(!old && { current: 'Enter the password that you have now.' }),
      ...wrong,
      ...(old === password && !wrong.chosen && { chosen: 'This is the password that you have now.' }),
    };
    if (Object.keys(errors).length > 0) return showPage(ctx, 'password', { errors, strength }, 422);

    const tried = { userId: person.id, password: old, address: ctx.ip || null };
    const current = await checkOwnPassword({ knex, pool }, tried);
    if (current.refused === 'limited') {
      return showPage(ctx, 'password', { errors: { current: tooManyTries(ctx, current.retryAfterSeconds) } }, 429);
    }
    if (current.refused) {
      return showPage(ctx, 'password', { errors: { current: 'This is not your current password.' } }, 422);
    }

    const wish = { userId: person.id, stored: current.stored, password };
    const change = await newPassword(wish);
    const changed = await knex.transaction(async (trx) => {
      if (!(await change(trx, principalOf(ctx)))) return false;
      const amr = ctx.state.session?.amr ?? ['pwd'];
      await beginSession(ctx, trx, { personId: person.id, idleHours: config.sessionHours, amr });
      return true;
    });
    if (!changed) {
      return showPage(ctx, 'password', { errors: { current: 'Your password was changed meanwhile.' } }, 409);
    }
    seeOther(ctx, '/accounts/?done=password');
  });
}
