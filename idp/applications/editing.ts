import type Router from '@koa/router';
import { type Application, grantTypes } from '../../shared/models/application.ts';
import { showPage } from '../pages/pages.ts';
import { notFound, Problem } from '../pages/problems.ts';
import { everyScopeOffered, scopeGrid } from '../pages/scope-grid.ts';
import { seeOther } from '../pages/see-other.ts';
import { type BrowserContext, type BrowserState, principalOf } from '../sign-in/state.ts';
import { type ApplicationWish, newServiceUser, noWish, readWish, wishFrom, wrongWith } from './application-form.ts';
import { changeApplication, FieldRefused, registerApplication } from './commands.ts';
import { findApplication } from './find.ts';
import { type ApplicationsServices, home } from './home.ts';
import { showApplication } from './reading.ts';
import { serviceUsers } from './service-users.ts';

/** Registering an application and changing it: one form. */
export function editingRoutes(router: Router<BrowserState>, services: ApplicationsServices): void {
  const { knex } = services;

  router.get(`${home}register/`, (ctx) => showForm(ctx, { wish: noWish }));

  router.post(`${home}register/`, async (ctx) => {
    const wish = readWish(ctx.state.form);
    const made = await tryIt(ctx, { wish }, () => registerApplication(knex, wish, principalOf(ctx)));
    if (!made) return;
    if (!made.secret) return seeOther(ctx, `${home}${made.id}/?done=registered`);
    // A secret fits no redirect: it would have to be kept somewhere meanwhile.
    const application = await findApplication(knex, String(made.id));
    if (!application) throw notFound();
    await showApplication(ctx, services, application, { secret: made.secret, status: 201 });
  });

  router.get(`${home}:id/update/`, async (ctx) => {
    const application = await findApplication(knex, ctx.params.id);
    if (!application) throw notFound();
    await showForm(ctx, { wish: wishFrom(application), application });
  });

  router.post(`${home}:id/update/`, async (ctx) => {
    const application = await findApplication(knex, ctx.params.id);
    if (!application) throw notFound();
    const wish = readWish(ctx.state.form, application.client_type);
    const change = { id: application.id, wish, seen: ctx.state.form.raw('seen') };
    const changed = await tryIt(ctx, { wish, application }, () => changeApplication(knex, change, principalOf(ctx)));
    if (changed === undefined) return;
    if (!changed) {
      throw new Problem(
        409,
        'Changed meanwhile',
        'Somebody else changed this application. Open it again and repeat your changes.',
      );
    }
    seeOther(ctx, `${home}${application.id}/?done=changed`);
  });

  interface Shown {
    readonly wish: ApplicationWish;
    readonly application?: Application;
    readonly errors?: Record<string, string>;
  }

  /** Runs the command when nothing is wrong with the form; otherwise shows the form again and answers undefined. */
  async function tryIt<Done>(
    ctx: BrowserContext,
    shown: Shown,
    command: () => Promise<Done>,
  ): Promise<Done | undefined> {
    const errors = wrongWith(shown.wish);
    if (Object.keys(errors).length === 0) {
      try {
        return await command();
      } catch (refused) {
        if (!(refused instanceof FieldRefused)) throw refused;
        errors[refused.field] = refused.message;
      }
    }
    await showForm(ctx, { ...shown, errors }, 422);
    return undefined;
  }

  async function showForm(ctx: BrowserContext, { wish, application, errors }: Shown, status = 200): Promise<void> {
    const view = {
      errors,
      values: wish,
      application: application && { id: application.id, name: application.name },
      seen: ctx.method === 'POST' ? ctx.state.form.raw('seen') : application?.updated_at.toISOString(),
      grants: Object.entries(grantTypes).map(([value, label]) => ({
        value,
        label,
        ticked: (wish.grant_types as readonly string[]).includes(value),
      })),
      grid: scopeGrid(everyScopeOffered, new Set(wish.scopes)),
      newServiceUser,
      serviceUsers: await serviceUsers(knex, application?.service_user_id ?? null),
    };
    showPage(ctx, 'application-form', view, status);
  }
}
