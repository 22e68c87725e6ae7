import type Router from '@koa/router';
import { FieldRefused } from '../../shared/applications/field-refused.ts';
import { findApplication } from '../../shared/applications/find.ts';
import {
  addSecret,
  endSecret,
  overlapHours,
  rotateSecret,
  wrongWithSecret,
} from '../../shared/applications/secrets.ts';
import type { Application } from '../../shared/models/application.ts';
import { say } from '../messages/say.ts';
import { showPage } from '../pages/pages.ts';
import { notFound } from '../pages/problems.ts';
import { seeOther } from '../pages/see-other.ts';
import { type BrowserContext, type BrowserState, principalOf } from '../sign-in/state.ts';
import { type ApplicationsServices, home } from './home.ts';
import { showApplication } from './reading.ts';

type WithParams = BrowserContext & { params: Record<string, string> };

/** The secrets of a confidential application: one more, one less, or all exchanged. */
export function secretRoutes(router: Router<BrowserState>, services: ApplicationsServices): void {
  const { knex } = services;

  router.get(`${home}:id/secrets/add/`, async (ctx) => {
    showPage(ctx, 'secret-form', {
      application: (await confidential(ctx)).toJSON(),
      values: { name: '', expires: '' },
    });
  });

  router.post(`${home}:id/secrets/add/`, async (ctx) => {
    const application = await confidential(ctx);
    const values = { name: ctx.state.form.text('name'), expires: ctx.state.form.text('expires_at') };
    const end = values.expires === '' ? null : new Date(`${values.expires}T23:59:59.999Z`);
    const wish = { name: values.name, expires_at: end };
    const errors = Number.isNaN(end?.getTime()) ? { expires_at: say('applications.as-date') } : wrongWithSecret(wish);
    try {
      if (Object.keys(errors).length === 0) {
        const { clear } = await addSecret(knex, application, wish, principalOf(ctx));
        return await showApplication(ctx, services, await confidential(ctx), { secret: clear, status: 201 });
      }
    } catch (refused) {
      if (!(refused instanceof FieldRefused)) throw refused;
      Object.assign(errors, { [refused.field]: refused.message });
    }
    showPage(ctx, 'secret-form', { application: application.toJSON(), values, errors }, 422);
  });

  router.get(`${home}:id/secrets/:secret/end/`, async (ctx) => {
    const application = await confidential(ctx);
    const secret = application.secrets?.find(({ id }) => String(id) === ctx.params.secret);
    if (!secret) throw notFound();
    showPage(ctx, 'confirm', {
      title: secret.name ? say('applications.ask-end', { name: secret.name }) : say('applications.ask-end-nameless'),
      sentences: [say('applications.end-about')],
      button: say('applications.end-secret'),
      action: ctx.path,
      back: `${home}${application.id}/`,
    });
  });

  router.post(`${home}:id/secrets/:secret/end/`, async (ctx) => {
    const application = await confidential(ctx);
    const secretId = /^[1-9]\d{0,8}$/.test(ctx.params.secret ?? '') ? Number(ctx.params.secret) : 0;
    if (!(await endSecret(knex, application, secretId, principalOf(ctx)))) throw notFound();
    seeOther(ctx, `${home}${application.id}/?done=ended`);
  });

  router.get(`${home}:id/rotate-secret/`, async (ctx) => {
    const application = await confidential(ctx);
    showPage(ctx, 'rotate-secret', { application: application.toJSON(), overlapHours });
  });

  router.post(`${home}:id/rotate-secret/`, async (ctx) => {
    const application = await confidential(ctx);
    const atOnce = ctx.state.form.raw('when') !== 'later';
    const secret = await knex.transaction((trx) => rotateSecret(trx, { application, atOnce }, principalOf(ctx)));
    await showApplication(ctx, services, await confidential(ctx), { secret });
  });

  async function confidential(ctx: WithParams): Promise<Application> {
    const application = await findApplication(knex, ctx.params.id);
    if (application?.client_type !== 'confidential') throw notFound();
    return application;
  }
}
