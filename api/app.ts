import Koa from 'koa';
import { readAddresses } from '../shared/client-address.ts';
import { isDatabaseAway } from '../shared/database-away.ts';
import { serveAssets } from '../shared/pages/assets.ts';
import type { Services } from '../shared/services.ts';
import { sendJson, setHeaders } from './answer.ts';
import { authenticate } from './authentication/authenticate.ts';
import { readBody } from './body.ts';
import { anyOrigin } from './cross-origin.ts';
import { sendProblem } from './dialect.ts';
import { otherEndpoints } from './endpoints.ts';
import { browseFace } from './faces/browse/browse-face.ts';
import { entityEndpoints } from './faces/entity/endpoints.ts';
import { entityFace } from './faces/entity/face.ts';
import { restFace } from './faces/rest/face.ts';
import { locator, spellAll } from './faces/rest/locate.ts';
import { filesAt } from './faces/rest/sent-body.ts';
import { tableFace } from './faces/table/face.ts';
import { tableEndpoints } from './faces/table/neighbours.ts';
import { filesAt as filesAtTables } from './faces/table/sent-form.ts';
import { tables } from './faces/table/tables.ts';
import { answerEndpoints } from './me/endpoint.ts';
import { meEndpoints } from './me/endpoints.ts';
import { takesFiles } from './media/paths.ts';
import { serveMedia } from './media/serve.ts';
import { resources } from './resources/index.ts';
import { describeApi } from './schema/describe-api.ts';
import { apiPages } from './schema/reference/reference-router.ts';
import { Store } from './store/store.ts';

/** The resource API: from a request's headers to a Principal, then to the first face that knows the path. */
export async function createApi(services: Services): Promise<Koa> {
  const { config, log } = services;
  const app = new Koa({ proxy: config.trustProxy > 0, maxIpsCount: config.trustProxy });
  readAddresses(app);
  const store = new Store(services);
  const spellings = spellAll(resources, config.publicUrl);
  const filesOfRows = filesAt(locator(spellings));
  const filesOfTables = filesAtTables(tables);
  const described = describeApi(spellings, config);
  const browse = browseFace(services, store, spellings, described);

  app.on('error', (error) => {
    log[clientLeft(error) ? 'debug' : 'error']({ err: error }, 'an answer could not be sent');
  });
  app.use(securityHeaders());
  app.use(serveAssets());
  app.use(browse.dress);
  app.use(answerFailures(services));
  app.use(anyOrigin());
  app.use(readBody(config, (path) => takesFiles(path) || filesOfRows(path) || filesOfTables(path)));
  app.use(authenticate(services));
  app.use(serveMedia(services));
  app.use(entityFace(services, entityEndpoints(config.anonymousRead)));
  app.use(browse.fronts);
  // Before the resources: `/api/user/me/` is no `/api/user/{id}/`.
  app.use(answerEndpoints(services, [...meEndpoints, ...otherEndpoints, described.endpoint, ...tableEndpoints]));
  app.use(apiPages(services, described));
  app.use(tableFace(store, config.publicUrl, tables));
  app.use(browse.forms);
  app.use(restFace(store, config.publicUrl, locator(spellings)));
  app.use((ctx) => {
    if (!ctx.path.startsWith('/api/')) return sendProblem(ctx, 404, 'Not found.');
    sendJson(ctx, 404, { detail: 'API endpoint not found', url: config.publicUrl + ctx.url });
  });
  return app;
}

/** A client that goes away while a long list is on its way is no failure of ours. */
const clientLeft = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  // HPE_…: what it sent after its request is no HTTP.
  /^(?:ERR_STREAM_PREMATURE_CLOSE|ECONNRESET|EPIPE|HPE_.*)$/.test(String(error.code));

/** What nobody expected is logged whole and answered without a word about our insides. */
function answerFailures({ log }: Services): Koa.Middleware {
  return async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      if (isDatabaseAway(error)) {
        log.warn({ err: error, method: ctx.method, path: ctx.path }, 'the database could not be asked');
        ctx.set('Retry-After', '2');
        return sendProblem(ctx, 503, 'The database can not be reached right now. Try again in a few seconds.');
      }
      log.error({ err: error, method: ctx.method, path: ctx.path }, 'request failed');
      sendProblem(ctx, 500, 'Server error.');
    }
  };
}

function securityHeaders(): Koa.Middleware {
  const headers = {
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'same-origin',
    'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
    'Cross-Origin-Resource-Policy': 'cross-origin',
    'Cache-Control': 'no-store',
  };
  return (ctx, next) => {
    setHeaders(ctx, headers);
    return next();
  };
}
