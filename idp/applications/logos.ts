import Router from '@koa/router';
import type Koa from 'koa';
import { setLogo } from '../../shared/applications/commands.ts';
import { FieldRefused } from '../../shared/applications/field-refused.ts';
import { findApplication } from '../../shared/applications/find.ts';
import { Application } from '../../shared/models/application.ts';
import { say } from '../messages/say.ts';
import { showPage } from '../pages/pages.ts';
import { notFound } from '../pages/problems.ts';
import { seeOther } from '../pages/see-other.ts';
import { type BrowserContext, type BrowserState, principalOf } from '../sign-in/state.ts';
import { type ApplicationsServices, home } from './home.ts';

/** Where an application's logo is; whoever is asked for consent may see it, signed in or not. */
export const logoPath = (clientId: string): string => `/o/logos/${encodeURIComponent(clientId)}.png`;

/** `/o/logos/…`: what the pages of the provider show beside an application's name. */
export function logoRouter({ knex }: ApplicationsServices): Router {
  const router = new Router();
  router.get('/o/logos/:file', async (ctx: Koa.Context) => {
    const clientId = /^([\x21-\x7e]{1,100})\.png$/.exec(ctx.params.file)?.[1];
    if (!clientId) return;
    const found = await Application.query(knex).findOne({ client_id: clientId }).select('logo');
    if (!found?.logo) return;
    ctx.set('Cache-Control', 'public, max-age=300');
    ctx.type = 'image/png';
    ctx.body = found.logo;
  });
  return router;
}

/** Giving an application a logo, and taking it away. */
export function logoRoutes(router: Router<BrowserState>, { knex }: ApplicationsServices): void {
  router.get(`${home}:id/logo/`, async (ctx) => show(ctx, await found(ctx.params.id)));

  router.post(`${home}:id/logo/`, async (ctx) => {
    const application = await found(ctx.params.id);
    const { form } = ctx.state;
    const removes = form.raw('remove') === 'yes';
    if (!removes && !form.file) return show(ctx, application, { logo: say('applications.choose-image') });
    try {
      await setLogo(knex, application.id, removes ? null : form.file, principalOf(ctx));
    } catch (refused) {
      if (!(refused instanceof FieldRefused)) throw refused;
      return show(ctx, application, { [refused.field]: refused.message });
    }
    seeOther(ctx, `${home}${application.id}/?done=logo`);
  });

  function show(ctx: BrowserContext, application: Application, errors?: Record<string, string>): void {
    const logo = application.logo && logoPath(application.client_id);
    showPage(ctx, 'application-logo', { application: application.toJSON(), logo, errors }, errors ? 422 : 200);
  }

  async function found(id: string | undefined): Promise<Application> {
    const application = await findApplication(knex, id);
    if (!application) throw notFound();
    return application;
  }
}
