import cors from '@koa/cors';
import Koa from 'koa';
import { serveAssets } from '../shared/pages/assets.ts';
import type { Services } from '../shared/services.ts';
import { sendJson } from './answer.ts';
import { authenticate } from './authentication/authenticate.ts';
import { readBody } from './body.ts';
import { sendProblem } from './dialect.ts';
import { locator, restFace, spellAll } from './faces/rest/face.ts';
import { meRouter } from './me/router.ts';
import { resources } from './resources/index.ts';
import { schemaRouter } from './schema/router.ts';
import { Store } from './store/store.ts';

/** The resource API: from a request's headers to a Principal, then to the first face that knows the path. */
export async function createApi(services: Services): Promise<Koa> {
  const { config, log } = services;
  const app = new Koa({ proxy: config.trustProxy > 0, maxIpsCount: config.trustProxy });
  const store = new Store(services);
  const spellings = spellAll(resources, config.publicUrl);
  const me = meRouter(services);
  const schema = schemaRouter(services, spellings);

  app.on('error', (error) => {
    log[clientLeft(error) ? 'debug' : 'error']({ err: error }, 'an answer could not be sent');
  });
  app.use(answerFailures(services));
  app.use(securityHeaders());
  app.use(serveAssets());
  // Any origin may call with a token of its own; cookies are never taken from another origin.
  app.use(cors({ origin: '*', maxAge: 600, exposeHeaders: ['WWW-Authenticate', 'Location', 'Retry-After'] }));
  app.use(readBody());
  app.use(authenticate(services));
  app.use(me.routes());
  app.use(schema.routes());
  app.use(restFace(store, config.publicUrl, locator(spellings)));
  app.use((ctx) => {
    if (!ctx.path.startsWith('/api/')) return sendProblem(ctx, 404, 'Not found.');
    sendJson(ctx, 404, { detail: 'API endpoint not found', url: ctx.href });
  });
  return app;
}

/** A client that goes away while a long list is on its way is no failure of ours. */
const clientLeft = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  ['ERR_STREAM_PREMATURE_CLOSE', 'ECONNRESET', 'EPIPE'].includes(String(error.code));

/** What nobody expected is logged whole and answered without a word about our insides. */
function answerFailures({ log }: Services): Koa.Middleware {
  return async (ctx, next) => {
    try {
      await next();
    } catch (error) {
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
    ctx.set(headers);
    return next();
  };
}
