import type Router from '@koa/router';
import { findApplication } from '../../shared/applications/find.ts';
import { type Application, scopesAllowedTo } from '../../shared/models/application.ts';
import { showPage } from '../pages/pages.ts';
import { notFound } from '../pages/problems.ts';
import { tryItUri } from '../provider/try-it.ts';
import type { BrowserState } from '../sign-in/state.ts';
import { type ApplicationsServices, home } from './home.ts';

/** Scopes that are ticked to begin with, where the application may ask for them. */
const usual = ['openid', 'profile', 'g:read'];

/**
 * Runs the authorization code flow of an application in the browser, step by step, as its own code would. Goes before
 * the pages of single applications: `try` is none.
 */
export function tryItRoutes(router: Router<BrowserState>, { knex, config }: ApplicationsServices): void {
  const issuer = `${config.publicUrl}/o`;
  const endpoints = { issuer, redirectUri: tryItUri(config.publicUrl), api: `${config.publicUrl}/api/auth-test` };

  router.get(`${home}try/`, (ctx) => showPage(ctx, 'try-it-answer', endpoints));

  router.get(`${home}:id/try/`, async (ctx) => {
    const application = await findApplication(knex, ctx.params.id);
    if (!application) throw notFound();
    const allowed = scopesAllowedTo(application);
    showPage(ctx, 'try-it', {
      ...endpoints,
      application: application.toJSON(),
      hindrance: hindranceOf(application),
      scope: usual.filter((scope) => allowed.includes(scope)).join(' ') || (allowed[0] ?? ''),
      prompts: ['', 'consent', 'login', 'none'],
    });
  });
}

/** Why an application can't be tried here; null when it can. */
function hindranceOf({ enabled, grant_types: grants, auth_method: method, require_par, require_dpop }: Application) {
  if (!enabled) return 'It is disabled.';
  if (!grants.includes('authorization_code')) return 'It does not sign people in with an authorization code.';
  if (method === 'private_key_jwt') return 'It proves itself by a key that only it has.';
  if (require_par || require_dpop) return 'It has to push its requests or bind its tokens to a key of its own.';
  return null;
}
