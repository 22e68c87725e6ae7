import type Router from '@koa/router';
import { deleteApplication, switchApplication } from '../../shared/applications/commands.ts';
import { findApplication } from '../../shared/applications/find.ts';
import { usageOf } from '../../shared/applications/usage.ts';
import type { Application } from '../../shared/models/application.ts';
import { say } from '../messages/say.ts';
import { showPage } from '../pages/pages.ts';
import { notFound } from '../pages/problems.ts';
import { seeOther } from '../pages/see-other.ts';
import { type BrowserContext, type BrowserState, principalOf } from '../sign-in/state.ts';
import { type ApplicationsServices, home } from './home.ts';

/** What ends something of an application: each asks first. */
export function endingRoutes(router: Router<BrowserState>, services: ApplicationsServices): void {
  const { knex } = services;

  router.get(`${home}:id/delete/`, async (ctx) => {
    const application = await found(ctx);
    const { people } = await usageOf(knex, application.client_id);
    ask(
      ctx,
      application,
      say('applications.ask-delete', { application: application.name }),
      say('applications.delete-application'),
      [
        say('applications.delete-about', { count: people }),
        ...(application.service_user
          ? [say('applications.service-stays', { person: application.service_user.username })]
          : []),
      ],
    );
  });

  router.post(`${home}:id/delete/`, async (ctx) => {
    await deleteApplication(knex, await found(ctx), principalOf(ctx));
    seeOther(ctx, `${home}?done=deleted`);
  });

  router.get(`${home}:id/disable/`, async (ctx) => {
    const application = await found(ctx);
    const { people } = await usageOf(knex, application.client_id);
    ask(
      ctx,
      application,
      say('applications.ask-disable', { application: application.name }),
      say('applications.disable-application'),
      [say('applications.disable-about', { count: people })],
    );
  });

  for (const [path, enabled] of [
    ['disable', false],
    ['enable', true],
  ] as const) {
    router.post(`${home}:id/${path}/`, async (ctx) => {
      const { id } = await found(ctx);
      await switchApplication(knex, { id, enabled }, principalOf(ctx));
      seeOther(ctx, `${home}${id}/?done=${path}d`);
    });
  }

  type WithParams = BrowserContext & { params: Record<string, string> };

  async function found(ctx: WithParams): Promise<Application> {
    const application = await findApplication(knex, ctx.params.id);
    if (!application) throw notFound();
    return application;
  }
}

function ask(ctx: BrowserContext, { id }: Application, title: string, button: string, sentences: string[]): void {
  showPage(ctx, 'confirm', { title, sentences, button, action: ctx.path, back: `${home}${id}/` });
}
