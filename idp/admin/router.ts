import Router from '@koa/router';
import type { Services } from '../../shared/services.ts';
import { problems } from '../pages/problems.ts';
import { seeOther } from '../pages/see-other.ts';
import { postedForm } from '../sign-in/form.ts';
import { requireRecentSignInToChange } from '../sign-in/recent-sign-in.ts';
import { signedIn, superusersOnly } from '../sign-in/signed-in.ts';
import type { BrowserState } from '../sign-in/state.ts';
import { auditRoutes } from './audit.ts';
import { groupRoutes } from './groups.ts';
import { keyRoutes } from './keys.ts';
import { peopleRoutes } from './people.ts';
import { personRoutes } from './person.ts';
import { personFormRoutes } from './person-form.ts';
import { policyRoutes } from './second-factors.ts';
import { standInRoutes } from './stand-in.ts';
import { tokenRoutes } from './tokens.ts';

export type AdminServices = Pick<Services, 'knex' | 'pool' | 'config'>;

/** `/admin/…`, for superusers with a browser session and nobody else. Goes after `browserSession`. */
export function adminRouter(services: AdminServices): Router<BrowserState> {
  const router = new Router<BrowserState>();
  router.use(
    '/admin',
    problems(),
    signedIn(),
    superusersOnly(),
    postedForm(services.config),
    requireRecentSignInToChange(),
  );
  router.get('/admin/', (ctx) => seeOther(ctx, '/admin/people/'));
  peopleRoutes(router, services);
  personFormRoutes(router, services);
  personRoutes(router, services);
  standInRoutes(router, services);
  groupRoutes(router, services);
  tokenRoutes(router, services);
  keyRoutes(router, services);
  policyRoutes(router, services);
  auditRoutes(router, services);
  return router;
}
