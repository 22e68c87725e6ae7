import type Koa from 'koa';
import Provider from 'oidc-provider';
import { securePage } from '../../shared/pages/page-security.ts';
import type { Services } from '../../shared/services.ts';
import { KeySet } from '../../shared/signing-keys/key-set.ts';
import { loadSigningKeys } from '../../shared/signing-keys/read.ts';
import { leaveNoticesToDatabase } from './back-channel-logout.ts';
import { sameBrowserSession, signOutWithProvider } from './browser-session.ts';
import { useHashedSecrets } from './clients.ts';
import { audienceOf, configuration } from './configuration.ts';
import { deviceForms } from './device-pages.ts';
import { plainServerErrors, refuseRequest } from './error-page.ts';
import { introspectedNames } from './introspected-names.ts';
import { offlineAccessAsks } from './offline-access.ts';
import { briefCaching, mountPath, oneSpelling, routes } from './paths.ts';
import { plainRequests } from './plain-requests.ts';
import { postedAuthorization } from './posted-authorization.ts';
import { presentedTokens, verifier } from './presented-tokens.ts';
import { useProofsOnce } from './proofs.ts';
import { registrationAnswers } from './registration.ts';
import { registerTokenExchange } from './token-exchange.ts';
import { unitOfWork } from './unit-of-work.ts';

/**
 * Makes the OpenID Connect provider with the signing keys of this moment; mount it at {@link mountPath}. The first
 * process ever makes the keys.
 * @param published what presented tokens are verified with
 */
export async function createProvider(
  services: Services,
  published = new KeySet(services.knex, services.events),
): Promise<Provider> {
  const { config, knex, log } = services;
  const keys = await loadSigningKeys(knex, config.secretKey);
  const issuer = config.publicUrl + mountPath;
  const provider = new Provider(issuer, configuration(services, keys));
  useHashedSecrets(provider);
  useProofsOnce(provider, knex);
  leaveNoticesToDatabase(provider);
  provider.on('server_error', (ctx, error) => log.error({ err: error, path: ctx.path }, 'provider failed'));

  const audience = audienceOf(config.publicUrl);
  const verification = { published, issuer, audience };
  const verify = verifier(verification);
  registerTokenExchange(provider, { knex, audience, accessTokenKid: keys.accessTokenKid, verify });

  provider.use(oneSpelling());
  provider.use(briefCaching());
  provider.use(pageHeaders());
  provider.use(plainServerErrors());
  provider.use(plainRequests(refuseRequest));
  provider.use(postedAuthorization());
  provider.use(deviceForms());
  provider.use(offlineAccessAsks());
  provider.use(
    presentedTokens({ forms: [routes.introspection, routes.revocation], userinfo: routes.userinfo }, verification),
  );
  provider.use(introspectedNames(knex));
  provider.use(jsonRevocations());
  provider.use(registrationAnswers(knex));
  provider.use(allOrNothing(services));
  provider.use(sameBrowserSession(provider, knex));
  provider.use(signOutWithProvider(knex));
  return provider;
}

/** The library answers some requests with a form that sends itself on, so its answers have the headers of pages. */
function pageHeaders(): Koa.Middleware {
  const leadingElsewhere = [routes.authorization, routes.end_session, routes.code_verification];
  return (ctx, next) => {
    if (leadingElsewhere.some((path) => ctx.path.startsWith(path))) securePage(ctx, { leadsElsewhere: true });
    return next();
  };
}

/**
 * Issuing and revoking happen whole or not at all. A refused grant is kept: a replay revokes. Any other refusal undoes
 * what went before, so that a mistake beside it (a wrong `resource`) costs nobody their refresh token.
 */
function allOrNothing({ knex }: Services): Koa.Middleware {
  const paths: readonly string[] = [routes.token, routes.revocation];
  return async (ctx, next) => {
    const changes = ctx.method === 'POST' && paths.includes(ctx.path);
    const registers = ctx.method !== 'GET' && ctx.path.startsWith(routes.registration);
    if (!changes && !registers) return next();
    await unitOfWork(knex, async () => {
      await next();
      const { error } = (ctx.body ?? {}) as { error?: unknown };
      return ctx.status < 400 || (ctx.status < 500 && error === 'invalid_grant');
    });
  };
}

/** Clients that read every answer as JSON stumble over the empty one that RFC 7009 §2.2 leaves to the server. */
function jsonRevocations(): Koa.Middleware {
  return async (ctx, next) => {
    await next();
    if (ctx.path === routes.revocation && ctx.status === 200 && !ctx.body) ctx.body = {};
  };
}
