import type Router from '@koa/router';
import type { Knex } from 'knex';
import { audit } from '../../shared/audit.ts';
import { problemWithPassword } from '../../shared/identity/password-rules.ts';
import { hashPassword, verifyPassword } from '../../shared/identity/passwords.ts';
import { endSessionsOf } from '../../shared/identity/sessions.ts';
import { countSuccess, countTry } from '../../shared/identity/sign-in-limits.ts';
import { showPage } from '../pages/pages.ts';
import { seeOther } from '../pages/see-other.ts';
import { revokeEverythingOf } from '../provider/revoke.ts';
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

    // Somebody at an unlocked screen may try as rarely as somebody at the sign-in page.
    const tried = { account: person.id, address: ctx.ip || null };
    const retryAfterSeconds = await countTry(pool, tried);
    if (retryAfterSeconds !== null) {
      ctx.set('Retry-After', String(retryAfterSeconds));
      const minutes = Math.ceil(retryAfterSeconds / 60);
      return showPage(ctx, 'password', { errors: { current: `Too many tries. Try again in ${minutes} min.` } }, 429);
    }
    const stored = await storedPassword(knex, person.id);
    if (!(await verifyPassword(stored, ctx.state.form.raw('current'))).ok) {
      return showPage(ctx, 'password', { errors: { current: 'This is not your current password.' } }, 422);
    }
    await countSuccess(pool, tried);

    const password = await hashPassword(ctx.state.form.raw('chosen'));
    const changed = await knex.transaction(async (trx) => {
      const rows = await trx('users')
        .where({ id: person.id, password: stored })
        .update({ password, password_changed_at: trx.fn.now() });
      if (rows === 0) return false;
      await endSessionsOf(trx, person.id);
      await revokeEverythingOf(trx, person.id);
      await audit(trx, principalOf(ctx), { action: 'change_password', resource: 'user', objectId: person.id });
      await beginSession(ctx, trx, { personId: person.id, idleHours: config.sessionHours });
      return true;
    });
    if (!changed) {
      return showPage(ctx, 'password', { errors: { current: 'Your password was changed meanwhile.' } }, 409);
    }
    seeOther(ctx, '/accounts/?done=password');
  });
}

async function storedPassword(knex: Knex, userId: number): Promise<string | null> {
  const row = await knex('users').where({ id: userId }).first<{ password: string | null }>('password');
  return row?.password ?? null;
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
