import type Router from '@koa/router';
import { changeApplication, registerApplication } from '../../shared/applications/commands.ts';
import { FieldRefused } from '../../shared/applications/field-refused.ts';
import { type ApplicationWish, wrongWith } from '../../shared/applications/fields.ts';
import { findApplication } from '../../shared/applications/find.ts';
import { newServiceUser, serviceUsers } from '../../shared/applications/service-users.ts';
import {
  type Application,
  type AuthMethod,
  authMethods,
  type ConsentMode,
  consentModes,
  type GrantType,
  grantTypes,
  idTokenAlgs,
  type ResponseMode,
  responseModes,
} from '../../shared/models/application.ts';
import { say } from '../messages/say.ts';
import { showPage } from '../pages/pages.ts';
import { notFound, Problem } from '../pages/problems.ts';
import { everyScopeOffered, scopeGrid } from '../pages/scope-grid.ts';
import { seeOther } from '../pages/see-other.ts';
import { type BrowserContext, type BrowserState, principalOf } from '../sign-in/state.ts';
import { byFormName, readTyped, type TypedApplication, typedFrom, wishFrom } from './application-form.ts';
import { type ApplicationsServices, home } from './home.ts';
import { showApplication } from './reading.ts';

/** Registering an application and changing it: one form. */
export function editingRoutes(router: Router<BrowserState>, services: ApplicationsServices): void {
  const { knex, config } = services;

  router.get(`${home}register/`, (ctx) => showForm(ctx, { typed: typedFrom(null) }));

  router.post(`${home}register/`, async (ctx) => {
    const typed = readTyped(ctx.state.form);
    const made = await tryIt(ctx, { typed }, (wish) => registerApplication(knex, wish, principalOf(ctx)));
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
    await showForm(ctx, { typed: typedFrom(application), application });
  });

  router.post(`${home}:id/update/`, async (ctx) => {
    const application = await findApplication(knex, ctx.params.id);
    if (!application) throw notFound();
    const typed = readTyped(ctx.state.form, application.client_type);
    const { id } = application;
    const seen = ctx.state.form.raw('seen');
    const changed = await tryIt(ctx, { typed, application }, (wish) =>
      changeApplication(knex, { id, wish, seen }, principalOf(ctx)),
    );
    if (changed === undefined) return;
    if (!changed) {
      throw new Problem(409, say('application-form.changed-meanwhile'), say('application-form.changed-meanwhile-text'));
    }
    seeOther(ctx, `${home}${application.id}/?done=changed`);
  });

  interface Shown {
    readonly typed: TypedApplication;
    readonly application?: Application;
    readonly errors?: Record<string, string>;
  }

  /** Runs the command when nothing is wrong with the form; otherwise shows the form again and answers undefined. */
  async function tryIt<Done>(
    ctx: BrowserContext,
    shown: Shown,
    command: (wish: ApplicationWish) => Promise<Done>,
  ): Promise<Done | undefined> {
    const wish = wishFrom(shown.typed);
    const errors = byFormName(wrongWith(wish));
    if (Object.keys(errors).length === 0) {
      try {
        return await command(wish);
      } catch (refused) {
        if (!(refused instanceof FieldRefused)) throw refused;
        errors[refused.field] = refused.message;
      }
    }
    await showForm(ctx, { ...shown, errors }, 422);
    return undefined;
  }

  async function showForm(ctx: BrowserContext, { typed, application, errors }: Shown, status = 200): Promise<void> {
    const view = {
      errors,
      values: typed,
      application: application && { id: application.id, name: application.name },
      seen: ctx.method === 'POST' ? ctx.state.form.raw('seen') : application?.updated_at.toISOString(),
      grants: (Object.keys(grantTypes) as GrantType[]).map((value) => ({
        value,
        label: say(`grants.${value}`),
        ticked: typed.grant_types.includes(value),
      })),
      grid: scopeGrid(everyScopeOffered, new Set(typed.scopes)),
      authMethods: (Object.keys(authMethods) as AuthMethod[]).map((method) => [method, say(`proofs.${method}`)]),
      consentModes: (Object.keys(consentModes) as ConsentMode[]).map((mode) => [mode, say(`consent-modes.${mode}`)]),
      responseModes: (Object.keys(responseModes) as ResponseMode[]).map((mode) => [
        mode,
        say(`response-modes.${mode}`),
      ]),
      everywhere: { par: config.requirePar === 'yes', dpop: config.requireDpop === 'yes' },
      idTokenAlgs,
      newServiceUser,
      serviceUsers: await serviceUsers(knex, application?.service_user_id ?? null),
    };
    showPage(ctx, 'application-form', view, status);
  }
}
