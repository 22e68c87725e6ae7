import type Router from '@koa/router';
import { findApplication, findApplications } from '../../shared/applications/find.ts';
import { makeRegistrationToken, registrationTokenHours } from '../../shared/applications/registration-tokens.ts';
import { lastUses, usageDays, usageOf } from '../../shared/applications/usage.ts';
import type { Config } from '../../shared/config.ts';
import { type Application, everyScope } from '../../shared/models/application.ts';
import { moment } from '../../shared/pages/moment.ts';
import { say } from '../messages/say.ts';
import { type Outcomes, outcomeOf } from '../pages/outcomes.ts';
import { showPage } from '../pages/pages.ts';
import { notFound } from '../pages/problems.ts';
import { sentencesOf } from '../pages/scope-grid.ts';
import { type BrowserContext, type BrowserState, principalOf } from '../sign-in/state.ts';
import { examplesFor } from './example-requests.ts';
import { type ApplicationsServices, home } from './home.ts';
import { logoPath } from './logos.ts';

const outcomes: Outcomes = {
  registered: 'applications.done-registered',
  changed: 'applications.done-changed',
  enabled: 'applications.done-enabled',
  disabled: 'applications.done-disabled',
  ended: 'applications.done-ended',
  logo: 'applications.done-logo',
  deleted: 'applications.done-deleted',
};

/** Applications on one page of the list. */
const pageSize = 50;

/** The list and the page of one application. */
export function readingRoutes(router: Router<BrowserState>, services: ApplicationsServices): void {
  const { knex, config } = services;

  router.get(home, async (ctx) => {
    const search = String(ctx.query.search ?? '')
      .replaceAll('\0', '')
      .trim()
      .slice(0, 200);
    const page = Math.min(1000, Math.max(1, Math.trunc(Number(ctx.query.page)) || 1));
    const { applications, more } = await findApplications(knex, {
      search,
      limit: pageSize,
      offset: (page - 1) * pageSize,
    });
    const used = await lastUses(
      knex,
      applications.map(({ client_id }) => client_id),
    );
    showPage(ctx, 'applications', {
      search,
      page,
      more,
      done: outcomeOf(ctx, outcomes),
      registersByToken: config.clientRegistration === 'token',
      applications: applications.map((application) => ({
        ...application.toJSON(),
        grants: application.grant_types.map((grant) => shortNames[grant]),
        created: moment(application.created_at, config.timeZone),
        used: moment(used.get(application.client_id) ?? null, config.timeZone),
      })),
    });
  });

  router.post(`${home}registration-token/`, async (ctx) => {
    if (config.clientRegistration !== 'token') throw notFound();
    const token = await makeRegistrationToken(knex, principalOf(ctx));
    const address = `${config.publicUrl}/o/register`;
    showPage(ctx, 'registration-token', { token, address, hours: registrationTokenHours });
  });

  router.get(`${home}:id/`, async (ctx) => {
    const application = await findApplication(knex, ctx.params.id);
    if (!application) throw notFound();
    await showApplication(ctx, services, application, { done: outcomeOf(ctx, outcomes) });
  });
}

const shortNames: Readonly<Record<string, string>> = {
  authorization_code: 'Authorization code',
  refresh_token: 'Refresh token',
  client_credentials: 'Client credentials',
  'urn:ietf:params:oauth:grant-type:device_code': 'Device code',
  'urn:ietf:params:oauth:grant-type:token-exchange': 'Token exchange',
};

/** Shows one application; `secret` is a new one in clear, shown here and never again. */
export async function showApplication(
  ctx: BrowserContext,
  { knex, config }: { knex: ApplicationsServices['knex']; config: Config },
  application: Application,
  { done, secret, status = 200 }: { done?: string | null; secret?: string; status?: number },
): Promise<void> {
  const at = (when: Date | null) => moment(when, config.timeZone);
  const usage = await usageOf(knex, application.client_id);
  const { secrets = [], service_user: serviceUser } = application;
  const signsIn = application.grant_types.includes('authorization_code');
  const view = {
    done,
    secret,
    usage: { ...usage, days: usageDays, last: at(usage.last_used_at) },
    application: application.toJSON(),
    grants: application.grant_types.map((grant) => say(`grants.${grant}`)),
    permits: application.allowed_scopes.includes(everyScope)
      ? [say('applications.every-scope')]
      : sentencesOf(application.allowed_scopes),
    serviceUser: serviceUser?.username,
    created: at(application.created_at),
    updated: at(application.updated_at),
    logo: application.logo && logoPath(application.client_id),
    proof: say(`proofs.${application.auth_method}`),
    consent: say(`consent-modes.${application.consent}`),
    answers: signsIn ? application.response_modes.map((mode) => say(`response-modes.${mode}`)) : [],
    secrets: secrets.map(({ id, name, created_at, expires_at }) => ({
      id,
      name,
      created: at(created_at),
      expires: at(expires_at),
      expired: expires_at !== null && expires_at.getTime() <= Date.now(),
    })),
    examples: examplesFor(config.publicUrl, application),
  };
  showPage(ctx, 'application', view, status);
}
