import Router from '@koa/router';
import { problems } from '../pages/problems.ts';
import { postedForm } from '../sign-in/form.ts';
import { requireRecentSignInToChange } from '../sign-in/recent-sign-in.ts';
import { signedIn, superusersOnly } from '../sign-in/signed-in.ts';
import type { BrowserState } from '../sign-in/state.ts';
import { secretRoutes } from './client-secrets.ts';
import { editingRoutes } from './editing.ts';
import { endingRoutes } from './ending.ts';
import type { ApplicationsServices } from './home.ts';
import { logoRoutes } from './logos.ts';
import { readingRoutes } from './reading.ts';
import { tryItRoutes } from './try-it.ts';

/** `/o/applications/…`, for superusers with a browser session and nobody else. Goes after `browserSession`, before the provider. */
export function applicationsRouter(services: ApplicationsServices): Router<BrowserState> {
  const router = new Router<BrowserState>();
  const form = postedForm(services.config, /\/logo\/$/);
  router.use('/o/applications', problems(), signedIn(), superusersOnly(), requireRecentSignInToChange(), form);
  tryItRoutes(router, services);
  editingRoutes(router, services);
  readingRoutes(router, services);
  endingRoutes(router, services);
  secretRoutes(router, services);
  logoRoutes(router, services);
  return router;
}
