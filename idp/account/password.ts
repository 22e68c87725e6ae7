import type Router from '@koa/router';
import { audit } from '../../shared/audit.ts';
import { checkOwnPassword } from '../../shared/identity/own-password.ts';
import { problemWithPassword } from '../../shared/identity/password-rules.ts';
import { hashPassword } from '../../shared/identity/passwords.ts';
import { showPage } from '../pages/pages.ts';
import { seeOther } from '../pages/see-other.ts';
import type { Form } from '../sign-in/form.ts';
import { beginSession } from '../sign-in/session.ts';
import { type BrowserState, personOf, principalOf } from '../sign-in/state.ts';
import type { AccountServices } from './router.ts';

/** `/accounts/password/`: a new password, for whoever knows the old one. */
export function passwordRoutes(router: Router<BrowserState>, { knex, pool, config }: AccountServices): void {
  router.get('/accounts/password/', (ctx) => showPage(ctx, 'password'));

  router.post('/accounts/password/', async (ctx) => {
    const person = personOf(ctx);
    const errors = wrongWith(ctx.state.form, person);
    if (Object.keys(errors).length > 0) return showPage(ctx, 'password', { errors }, 422);

    const tried = { userId: person.id, password: ctx.state.form.raw('current'), address: ctx.ip || null };
    const current = await checkOwnPassword({ knex, pool }, tried);
    if (current.refused === 'limited') {
      ctx.set('Retry-After', String(current.retryAfterSeconds));
      const minutes = Math.ceil(current.retryAfterSeconds / 60);
      return showPage(ctx, 'password', { errors: { current: `Too many tries. Try again in ${minutes} min.` } }, 429);
    }
    if (current.refused) {
      return showPage(ctx, 'password', { errors: { current: 'This is not your current password.' } }, 422);
    }

    const password = await hashPassword(ctx.state.form.raw('chosen'));
    const changed = await knex.transaction(async (trx) => {
      // The database ends every session and connected application with it.
      const rows = await trx('users')
        .where({ id: person.id, password: current.stored })
        .update({ password, password_changed_at: trx.fn.now() });
      if (rows === 0) return false;
      await audit(trx, principalOf(ctx), { action: 'change_password', resource: 'user', objectId: person.id });
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

function wrongWith(form: Form, person: { username: string; email: string }): Record<string, string> {
  const [current, chosen, again] = [form.raw('current'), form.raw('chosen'), form.raw('again')];
  const problem = problemWithPassword(chosen, person);
  return {
    ...(!current && { current: 'Enter the password that you have now.' }),
    ...(problem ? { chosen: problem } : current === chosen && { chosen: 'This is the password that you have now.' }),
    ...(!problem && chosen !== again && { again: 'The two new passwords are not the same.' }),
  };
}
