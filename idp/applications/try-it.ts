import type Router from '@koa/router';
import { findApplication } from '../../shared/applications/find.ts';
import type { Config } from '../../shared/config.ts';
import { type Application, scopesAllowedTo } from '../../shared/models/application.ts';
import { say } from '../messages/say.ts';
import { showPage } from '../pages/pages.ts';
import { notFound } from '../pages/problems.ts';
import { tryItUri } from '../provider/try-it.ts';
import type { BrowserState } from '../sign-in/state.ts';
import { type ApplicationsServices, home } from './home.ts';

/** Scopes that are ticked to begin with, where the application may ask for them. */
const usual = ['openid', 'profile', 'g:read'];

/** What the page says of the steps, which its script takes. */
const steps = [
  'nothing',
  'begin',
  'sent-back-for',
  'again',
  'step-2',
  'other-state',
  'other-tab',
  'other-issuer',
  'stops-here',
  'no-code',
  'provider-refused',
  'step-3',
  'access-token-says',
  'id-token-says',
  'step-4',
  'step-5',
] as const;

/**
 * Runs the authorization code flow of an application in the browser, step by step, as its own code would. Goes before
 * the pages of single applications: `try` is none.
 */
export function tryItRoutes(router: Router<BrowserState>, { knex, config }: ApplicationsServices): void {
  const issuer = `${config.publicUrl}/o`;
  const endpoints = { issuer, redirectUri: tryItUri(config.publicUrl), api: `${config.publicUrl}/api/auth-test` };

  router.get(`${home}try/`, (ctx) => {
    const says = Object.fromEntries(steps.map((step) => [step, say(`try-it-steps.${step}`)]));
    showPage(ctx, 'try-it-answer', { ...endpoints, says });
  });

  router.get(`${home}:id/try/`, async (ctx) => {
    const application = await findApplication(knex, ctx.params.id);
    if (!application) throw notFound();
    const allowed = scopesAllowedTo(application);
    showPage(ctx, 'try-it', {
      ...endpoints,
      application: application.toJSON(),
      hindrance: hindranceOf(application, config),
      scope: usual.filter((scope) => allowed.includes(scope)).join(' ') || (allowed[0] ?? ''),
      prompts: ['', 'consent', 'login', 'none'],
    });
  });
}

/** Why an application can't be tried here; null when it can. */
function hindranceOf(
  { enabled, grant_types: grants, auth_method: method, ...application }: Application,
  { requirePar, requireDpop }: Config,
) {
  if (!enabled) return say('try-it.disabled');
  if (!grants.includes('authorization_code')) return say('try-it.no-code-grant');
  if (method === 'private_key_jwt') return say('try-it.by-key');
  const everywhere = requirePar === 'yes' || requireDpop === 'yes';
  if (everywhere || application.require_par || application.require_dpop) return say('try-it.own-key');
  if (!application.response_modes.includes('query')) return say('try-it.no-query');
  return null;
}
