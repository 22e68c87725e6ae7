import type { RequestListener } from 'node:http';
import { createApi } from './api/app.ts';
import { createIdp } from './idp/app.ts';
import { serve } from './shared/process/serve.ts';
import type { Services } from './shared/services.ts';

/** What the identity provider answers; all other paths are the api's. */
const idpPaths = /^\/(o|accounts|api_tokens|admin|assets|\.well-known\/oauth-authorization-server)(\/|\?|$)/;

/** Both services behind one port. */
export async function bothServices(services: Services): Promise<RequestListener> {
  const [idp, api] = (await Promise.all([createIdp(services), createApi(services)])).map((app) => app.callback());
  return (request, response) => (idpPaths.test(request.url ?? '/') ? idp : api)?.(request, response);
}

if (import.meta.main) await serve({ role: 'quartermaster', build: bothServices });
