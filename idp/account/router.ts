import Router from '@koa/router';
import type { Services } from '../../shared/services.ts';
import { problems } from '../pages/problems.ts';
import { confirmRoutes } from '../sign-in/confirm.ts';
import { postedForm } from '../sign-in/form.ts';
import { requireRecentSignIn, requireRecentSignInToChange } from '../sign-in/recent-sign-in.ts';
import { signedIn } from '../sign-in/signed-in.ts';
import type { BrowserState } from '../sign-in/state.ts';
import { addressRoutes } from './address.ts';
import { connectedApplicationsRoutes } from './connected-applications.ts';
import { overviewRoutes } from './overview.ts';
import { passwordRoutes } from './password.ts';
import { securityRoutes } from './security.ts';
import { sessionRoutes } from './sessions.ts';
import { tokenRoutes } from './tokens.ts';

/** Pages that are opened by whoever proved a short time ago who they are. */
const sensitive = [
  'security/app',
  'security/passkey',
  'security/passkeys',
  'security/password',
  'security/recovery-codes',
  'address',
].map((path) => `/accounts/${path}`);

export type AccountServices = Pick<Services, 'knex' | 'pool' | 'config'>;

/** A person's own pages: `/accounts/…` and `/api_tokens`. Goes after `browserSession` and the sign-in router. */
export function accountRouter(services: AccountServices): Router<BrowserState> {
  const router = new Router<BrowserState>();
  // Bound to the paths, so that requests to other routers pass untouched.
  for (const path of ['/accounts', '/api_tokens']) {
    router.use(path, problems(), signedIn(), postedForm(services.config));
  }
  for (const path of ['/accounts/tokens', '/api_tokens']) router.use(path, requireRecentSignInToChange());
  for (const path of sensitive) router.use(path, requireRecentSignIn());
  confirmRoutes(router, services);
  overviewRoutes(router, services);
  passwordRoutes(router, services);
  connectedApplicationsRoutes(router, services);
  tokenRoutes(router, services);
  securityRoutes(router, services);
  sessionRoutes(router, services);
  addressRoutes(router, services);
  return router;
}
