import type Router from '@koa/router';
import { sentenceOf } from '../../shared/messages/scope-words.ts';
import { moment } from '../../shared/pages/moment.ts';
import { say } from '../messages/say.ts';
import { type Outcomes, outcomeOf } from '../pages/outcomes.ts';
import { showPage } from '../pages/pages.ts';
import { notFound } from '../pages/problems.ts';
import { offeredOf, scopeGrid, sentencesOf } from '../pages/scope-grid.ts';
import { seeOther } from '../pages/see-other.ts';
import { type ConnectedApplication, connectedApplications } from '../provider/connected-applications.ts';
import { canBeNarrowed, narrowConsent, staysConnected } from '../provider/narrow-consent.ts';
import { revokeConsent } from '../provider/revoke.ts';
import { type BrowserContext, type BrowserState, personOf, principalOf } from '../sign-in/state.ts';
import type { AccountServices } from './router.ts';

const home = '/accounts/applications/';

const outcomes: Outcomes = { disconnected: 'connected.done', narrowed: 'connected.narrowed' };

/** `/accounts/applications/`: which applications act in your name, how far, and how to take some or all of it back. */
export function connectedApplicationsRoutes(router: Router<BrowserState>, { knex, config }: AccountServices): void {
  const inZone = (at: Date | null) => moment(at, config.timeZone);

  router.get(home, async (ctx) => {
    const applications = await connectedApplications(knex, personOf(ctx).id);
    showPage(ctx, 'connected-applications', {
      done: outcomeOf(ctx, outcomes),
      applications: applications.map((application) => ({
        ...application,
        narrows: canBeNarrowed(application),
        permits: sentencesOf(application.scopes),
        since: inZone(application.since),
        lastUsed: inZone(application.lastTokenAt),
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

  router.get(`${home}:clientId/narrow/`, async (ctx) => {
    const application = await narrowable(ctx);
    showNarrowing(ctx, application, new Set(application.scopes));
  });

  router.post(`${home}:clientId/narrow/`, async (ctx) => {
    const application = await narrowable(ctx);
    const ticked = new Set(ctx.state.form.all('scopes'));
    const left = application.scopes.filter((scope) => ticked.has(scope) || scope === staysConnected);
    if (left.length === 0) return showNarrowing(ctx, application, ticked, { scopes: say('connected.nothing-left') });
    if (left.length === application.scopes.length) return seeOther(ctx, home);
    await narrowConsent(knex, { userId: personOf(ctx).id, application, kept: ticked }, principalOf(ctx));
    seeOther(ctx, `${home}?done=narrowed`);
  });

  function showNarrowing(
    ctx: BrowserContext,
    { clientId, name, scopes }: ConnectedApplication,
    ticked: ReadonlySet<string>,
    errors?: Record<string, string>,
  ): void {
    const view = {
      application: { clientId, name },
      signsIn: scopes.includes(staysConnected) ? sentenceOf(staysConnected) : null,
      staysAway: scopes.includes('offline_access'),
      grid: scopeGrid(offeredOf(scopes.filter((scope) => scope !== staysConnected)), ticked),
      errors,
    };
    showPage(ctx, 'narrow-consent', view, errors ? 422 : 200);
  }

  async function narrowable(ctx: BrowserContext & { params: Record<string, string> }) {
    const application = await connected(ctx);
    if (!canBeNarrowed(application)) throw notFound();
    return application;
  }

  async function connected(ctx: BrowserContext & { params: Record<string, string> }) {
    const applications = await connectedApplications(knex, personOf(ctx).id);
    const application = applications.find(({ clientId }) => clientId === ctx.params.clientId);
    if (!application) throw notFound();
    return application;
  }
}
