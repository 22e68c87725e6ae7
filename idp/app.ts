import Koa from 'koa';
import helmet from 'koa-helmet';
import { readAddresses } from '../shared/client-address.ts';
import { isDatabaseAway } from '../shared/database-away.ts';
import { serveAssets } from '../shared/pages/assets.ts';
import { inTheirLanguage, keepUiLocales } from '../shared/pages/page-language.ts';
import type { Services } from '../shared/services.ts';
import { accountRouter } from './account/router.ts';
import { adminRouter } from './admin/router.ts';
import { endStandInRouter, whileStandingIn } from './admin/stand-in.ts';
import { logoRouter } from './applications/logos.ts';
import { applicationsRouter } from './applications/router.ts';
import { say } from './messages/say.ts';
import { closingSlash } from './pages/closing-slash.ts';
import { languageRouter } from './pages/language-choice.ts';
import { showProblem } from './pages/pages.ts';
import { tellOfLogouts } from './provider/back-channel-logout.ts';
import { endProviderSession } from './provider/browser-session.ts';
import { interactionRouter } from './provider/interaction.ts';
import { LiveProvider } from './provider/live-provider.ts';
import { metadataAtRoot } from './provider/paths.ts';
import { programsFirst } from './provider/programs-first.ts';
import { publicAddress } from './public-address.ts';
import { signInRouter } from './sign-in/router.ts';
import { browserSession } from './sign-in/session.ts';

/** The identity provider: who people are, and what they let applications do in their name. */
export async function createIdp(services: Services): Promise<Koa> {
  const { config, log } = services;
  const provider = await LiveProvider.open(services);
  tellOfLogouts(provider, services);
  const app = new Koa({ proxy: config.trustProxy > 0, maxIpsCount: config.trustProxy });
  readAddresses(app);
  // The provider reads its interaction cookies through this application's.
  app.keys = provider.current.keys;
  app.on('error', (error) => log.error({ err: error }, 'an answer could not be sent'));

  app.use(requestLog(services));
  app.use(inTheirLanguage());
  app.use(answerFailures(services));
  app.use(publicAddress(config.publicUrl));
  app.use(securityHeaders(config.publicUrl));
  app.use(programsFirst(provider.mounted));
  app.use(serveAssets());
  app.use(closingSlash());
  app.use(browserSession(services));
  app.use(keepUiLocales());
  app.use(signingOutEndsBoth(provider));
  app.use(heardOfIt(services));

  app.use(languageRouter(config).routes());
  app.use(endStandInRouter(services).routes());
  app.use(whileStandingIn());
  app.use(signInRouter(services).routes());
  app.use(accountRouter(services).routes());
  app.use(applicationsRouter(services).routes());
  app.use(adminRouter(services).routes());
  app.use(logoRouter(services).routes());
  app.use(interactionRouter(provider, services).routes());
  app.use(metadataAtRoot());
  app.use(provider.mounted);
  app.use(nothingHere());
  return app;
}

/** One line a request; of its address only the path, since queries carry codes and states. */
function requestLog({ log }: Services): Koa.Middleware {
  return async (ctx, next) => {
    const begun = performance.now();
    await next();
    const milliseconds = Math.round(performance.now() - begun);
    log.debug({ method: ctx.method, path: ctx.path, status: ctx.status, milliseconds, address: ctx.ip }, 'request');
  };
}

/** What nobody expected is logged whole and answered without a word about our insides. */
function answerFailures({ log }: Services): Koa.Middleware {
  return async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      if (isDatabaseAway(error)) {
        log.warn({ err: error, method: ctx.method, path: ctx.path }, 'the database could not be asked');
        ctx.set('Retry-After', '2');
        const later = say('problems.no-database');
        return showProblem(ctx, 503, { title: say('problems.not-now'), text: later });
      }
      log.error({ err: error, method: ctx.method, path: ctx.path }, 'request failed');
      showProblem(ctx, 500, { title: say('problems.could-not-answer'), text: say('problems.logged') });
    }
  };
}

/** For answers that are not pages; those set a policy of their own. */
function securityHeaders(publicUrl: string): Koa.Middleware {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    },
    frameguard: { action: 'deny' },
    strictTransportSecurity: publicUrl.startsWith('https:'),
  });
}

/** Whoever ends something on a page is answered once this process judges by that. */
function heardOfIt({ events }: Services): Koa.Middleware {
  return async (ctx, next) => {
    await next();
    if (ctx.method === 'POST' && ctx.status < 400) await events.caughtUp();
  };
}

/** Signing out on our own page ends the provider's session of the browser too. */
function signingOutEndsBoth(provider: LiveProvider): Koa.Middleware {
  return async (ctx, next) => {
    await next();
    if (ctx.method === 'POST' && ctx.path === '/accounts/logout/' && ctx.status === 303) {
      await endProviderSession(provider.current, ctx);
    }
  };
}

function nothingHere(): Koa.Middleware {
  return (ctx) => {
    if (ctx.accepts('html', 'json') === 'json') {
      ctx.status = 404;
      ctx.body = { error: 'not_found', error_description: 'There is nothing at this address.' };
      return;
    }
    showProblem(ctx, 404, { title: say('problems.nothing-here'), text: say('problems.nothing-here-text') });
  };
}
