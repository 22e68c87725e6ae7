import type Router from '@koa/router';
import type { Config } from '../../shared/config.ts';
import { type Application, everyScope, grantTypes } from '../../shared/models/application.ts';
import { moment } from '../../shared/pages/moment.ts';
import { showPage } from '../pages/pages.ts';
import { notFound } from '../pages/problems.ts';
import { sentencesOf } from '../pages/scope-grid.ts';
import type { BrowserContext, BrowserState } from '../sign-in/state.ts';
import { examplesFor } from './example-requests.ts';
import { findApplication, findApplications, peopleConnected } from './find.ts';
import { type ApplicationsServices, home } from './home.ts';

/** What `?done=` may say. */
const outcomes = new Map([
  ['registered', 'The application is registered.'],
  ['changed', 'Your changes are saved.'],
  ['enabled', 'The application is enabled.'],
  ['disabled', 'The application is disabled. Its tokens stopped working.'],
  ['deleted', 'The application is deleted. Its tokens stopped working.'],
]);

/** The list and the page of one application. */
export function readingRoutes(router: Router<BrowserState>, services: ApplicationsServices): void {
  const { knex, config } = services;

  router.get(home, async (ctx) => {
    const search = String(ctx.query.search ?? '')
      .replaceAll('\0', '')
      .trim()
      .slice(0, 200);
    const page = Math.min(1000, Math.max(1, Math.trunc(Number(ctx.query.page)) || 1));
    const { applications, more } = await findApplications(knex, { search, page });
    showPage(ctx, 'applications', {
      search,
      page,
      more,
      done: outcomes.get(String(ctx.query.done)),
      applications: applications.map((application) => ({
        ...application.toJSON(),
        grants: application.grant_types.map((grant) => shortNames[grant]),
        created: moment(application.created_at, config.timeZone),
      })),
    });
  });

  router.get(`${home}:id/`, async (ctx) => {
    const application = await findApplication(knex, ctx.params.id);
    if (!application) throw notFound();
    await showApplication(ctx, services, application, { done: outcomes.get(String(ctx.query.done)) });
  });
}

const shortNames: Readonly<Record<string, string>> = {
  authorization_code: 'Authorization code',
  refresh_token: 'Refresh token',
  client_credentials: 'Client credentials',
  'urn:ietf:params:oauth:grant-type:device_code': 'Device code',
};

/** Shows one application; `secret` is a new one in clear, shown here and never again. */
export async function showApplication(
  ctx: BrowserContext,
  { knex, config }: { knex: ApplicationsServices['knex']; config: Config },
  application: Application,
  { done, secret, status = 200 }: { done?: string | undefined; secret?: string; status?: number },
): Promise<void> {
  const at = (when: Date | null) => moment(when, config.timeZone);
  const people = await peopleConnected(knex, application.client_id);
  const { secrets = [], service_user: serviceUser } = application;
  const view = {
    done,
    secret,
    people,
    application: application.toJSON(),
    grants: application.grant_types.map((grant) => grantTypes[grant]),
    permits: application.allowed_scopes.includes(everyScope)
      ? ['Every scope, also those that come later']
      : sentencesOf(application.allowed_scopes),
    serviceUser: serviceUser?.username,
    created: at(application.created_at),
    updated: at(application.updated_at),
    secrets: secrets.map(({ created_at, expires_at }) => ({
      created: at(created_at),
      expires: at(expires_at),
      expired: expires_at !== null && expires_at.getTime() <= Date.now(),
    })),
    examples: examplesFor(config.publicUrl, application),
  };
  showPage(ctx, 'application', view, status);
}
