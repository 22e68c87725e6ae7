import Router from '@koa/router';
import { problems } from '../pages/problems.ts';
import { postedForm } from '../sign-in/form.ts';
import { signedIn, superusersOnly } from '../sign-in/signed-in.ts';
import type { BrowserState } from '../sign-in/state.ts';
import { secretRoutes } from './client-secrets.ts';
import { editingRoutes } from './editing.ts';
import { endingRoutes } from './ending.ts';
import type { ApplicationsServices } from './home.ts';
import { readingRoutes } from './reading.ts';

/** `/o/applications/…`, for superusers with a browser session and nobody else. Goes after `browserSession`, before the provider. */
export function applicationsRouter(services: ApplicationsServices): Router<BrowserState> {
  const router = new Router<BrowserState>();
  router.use('/o/applications', problems(), signedIn(), superusersOnly(), postedForm(services.config));
  editingRoutes(router, services);
  readingRoutes(router, services);
  endingRoutes(router, services);
  secretRoutes(router, services);
  return router;
}
