import type Router from '@koa/router';
import { moment } from '../../shared/pages/moment.ts';
import { say } from '../messages/say.ts';
import { showPage } from '../pages/pages.ts';
import { notFound } from '../pages/problems.ts';
import { sentencesOf } from '../pages/scope-grid.ts';
import { seeOther } from '../pages/see-other.ts';
import { connectedApplications } from '../provider/connected-applications.ts';
import { revokeConsent } from '../provider/revoke.ts';
import { type BrowserContext, type BrowserState, personOf, principalOf } from '../sign-in/state.ts';
import type { AccountServices } from './router.ts';

const home = '/accounts/applications/';

/** `/accounts/applications/`: which applications act in your name, how far, and how to take it back. */
export function connectedApplicationsRoutes(router: Router<BrowserState>, { knex, config }: AccountServices): void {
  const inZone = (at: Date | null) => moment(at, config.timeZone);

  router.get(home, async (ctx) => {
    const applications = await connectedApplications(knex, personOf(ctx).id);
    showPage(ctx, 'connected-applications', {
      done: ctx.query.done === 'disconnected' ? say('connected.done') : null,
      applications: applications.map(({ scopes, since, lastTokenAt, ...application }) => ({
        ...application,
        permits: sentencesOf(scopes),
        since: inZone(since),
        lastUsed: inZone(lastTokenAt),
      })),
    });
  });

  router.get(`${home}:clientId/revoke/`, async (ctx) => {
    const application = await connected(ctx);
    showPage(ctx, 'confirm', {
      title: say('connected.ask', { application: application.name }),
      sentences: [say('connected.ends'), say('connected.asks-again')],
      action: ctx.path,
      button: say('connected.disconnect'),
      back: home,
    });
  });

  router.post(`${home}:clientId/revoke/`, async (ctx) => {
    const { clientId } = await connected(ctx);
    await revokeConsent(knex, { userId: personOf(ctx).id, clientId }, principalOf(ctx));
    seeOther(ctx, `${home}?done=disconnected`);
  });

  async function connected(ctx: BrowserContext & { params: Record<string, string> }) {
    const applications = await connectedApplications(knex, personOf(ctx).id);
    const application = applications.find(({ clientId }) => clientId === ctx.params.clientId);
    if (!application) throw notFound();
    return application;
  }
}
