import type Koa from 'koa';
import Provider, { errors } from 'oidc-provider';
import { securePage } from '../../shared/pages/page-security.ts';
import type { Services } from '../../shared/services.ts';
import { KeySet } from '../../shared/signing-keys/key-set.ts';
import { loadSigningKeys } from '../../shared/signing-keys/read.ts';
import { seeOther } from '../pages/see-other.ts';
import type { BrowserContext } from '../sign-in/state.ts';
import { leaveNoticesToDatabase } from './back-channel-logout.ts';
import { sameBrowserSession, signOutWithProvider } from './browser-session.ts';
import { clientAssertions } from './client-assertions.ts';
import { limitsOf, useHashedSecrets } from './clients.ts';
import { audienceOf, configuration } from './configuration.ts';
import { deviceForms } from './device-pages.ts';
import { plainServerErrors, refuseRequest } from './error-page.ts';
import { introspectedNames } from './introspected-names.ts';
import { keeperOf } from './issue.ts';
import { offlineAccessAsks } from './offline-access.ts';
import { ownAnswers } from './own-answers.ts';
import { briefCaching, mountPath, oneSpelling, routes } from './paths.ts';
import { plainRequests } from './plain-requests.ts';
import { postedAuthorization } from './posted-authorization.ts';
import { presentedTokens, verifier } from './presented-tokens.ts';
import { useProofsOnce } from './proofs.ts';
import { registrationAnswers } from './registration.ts';
import { registerTokenExchange } from './token-exchange.ts';
import { issuing, unitOfWork } from './unit-of-work.ts';
import { userCodeTries } from './user-code-tries.ts';

/**
 * Makes the OpenID Connect provider with the signing keys of this moment; mount it at {@link mountPath}. The first
 * process ever makes the keys.
 * @param published what presented tokens are verified with
 */
export async function createProvider(
  services: Services,
  published = new KeySet(services.knex, services.events),
): Promise<Provider> {
  const { config, knex, pool, log } = services;
  const keys = await loadSigningKeys(knex, config.secretKey);
  const issuer = config.publicUrl + mountPath;
  const provider = new Provider(issuer, configuration(services, keys));
  useHashedSecrets(provider);
  useProofsOnce(provider, knex);
  leaveNoticesToDatabase(provider);
  provider.on('server_error', (ctx, error) => log.error({ err: error, path: ctx.path }, 'provider failed'));

  const audience = audienceOf(config.publicUrl);
  const verify = verifier({ published, issuer, audience });
  registerTokenExchange(provider, { knex, audience, accessTokenKid: keys.accessTokenKid, verify });

  provider.use(oneSpelling());
  provider.use(briefCaching());
  provider.use(pageHeaders());
  provider.use(plainServerErrors());
  provider.use(plainRequests(refuseRequest));
  provider.use(clientAssertions());
  provider.use(postedAuthorization());
  provider.use(deviceForms());
  provider.use(ownAnswers(config.publicUrl));
  provider.use(userCodeTries(pool));
  provider.use(offlineAccessAsks());
  provider.use(
    presentedTokens({ forms: [routes.introspection, routes.revocation], userinfo: routes.userinfo }, verify),
  );
  provider.use(keepsWhatIsIssued(services));
  provider.use(introspectedNames(knex));
  provider.use(jsonRevocations());
  provider.use(registrationAnswers(knex, config));
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

/** What a refused grant did is kept, since a replay revokes; any other refusal undoes what went before. */
const isKept = ({ status, body }: Koa.Context): boolean =>
  status < 400 || (status < 500 && ((body ?? {}) as { error?: unknown }).error === 'invalid_grant');

/**
 * Issuing and revoking happen whole or not at all, so that a mistake beside it (a wrong `resource`) costs nobody their
 * refresh token.
 */
function allOrNothing({ knex, events }: Services): Koa.Middleware {
  return async (ctx, next) => {
    const revokes = ctx.method === 'POST' && ctx.path === routes.revocation;
    const registers = ctx.method !== 'GET' && ctx.path.startsWith(routes.registration);
    if (!revokes && !registers) return next();
    await unitOfWork(knex, async () => {
      await next();
      return isKept(ctx);
    });
    // An api in this process refuses what was revoked from the answer on.
    if (revokes) await events.caughtUp();
  };
}

/**
 * What a request issues is kept when it is done, and sent only then. Questions about tokens issue nothing; a code is
 * issued whatever becomes of its application meanwhile, and proves worthless at the token endpoint. When the person's
 * session ends meanwhile, or what they agreed to before, there is none: their browser begins anew.
 */
function keepsWhatIsIssued({ knex }: Services): Koa.Middleware {
  const paths: ReadonlySet<string> = new Set([routes.token, routes.introspection, routes.userinfo]);
  const letIn = [routes.authorization, routes.code_verification];
  const keeper = keeperOf(knex);
  return async (ctx, next) => {
    const authorizes = letIn.some((path) => ctx.path.startsWith(path));
    if (!authorizes && !paths.has(ctx.path)) return next();
    try {
      await issuing(knex, keeper, async (issue) => {
        await next();
        const { session } = (ctx as BrowserContext).state;
        if (authorizes && session) issue.by(session.id);
        const client = ctx.oidc?.client;
        if (client && (!authorizes || issue.standsOnMemory)) issue.to(client.clientId, limitsOf(client));
        return authorizes || isKept(ctx);
      });
    } catch (error) {
      if (!(error instanceof errors.OIDCProviderError)) throw error;
      if (authorizes) beginAnew(ctx);
      else refuseIssue(ctx, error);
    }
  };
}

/** The same address once more, with the cookies of before: those that the library set are of a session that was not kept. */
function beginAnew(ctx: Koa.Context): void {
  ctx.remove('Set-Cookie');
  seeOther(ctx, ctx.href);
}

/** Answers as the library does, in place of what it was about to send. */
function refuseIssue(ctx: Koa.Context, { error, error_description, statusCode }: errors.OIDCProviderError): void {
  ctx.status = statusCode;
  ctx.body = { error, error_description };
  if (statusCode === 401 && ctx.get('Authorization')) {
    ctx.set('WWW-Authenticate', `Basic realm="${ctx.oidc.provider.issuer}", error="${error}"`);
  }
}

/** Clients that read every answer as JSON stumble over the empty one that RFC 7009 §2.2 leaves to the server. */
function jsonRevocations(): Koa.Middleware {
  return async (ctx, next) => {
    await next();
    if (ctx.path === routes.revocation && ctx.status === 200 && !ctx.body) ctx.body = {};
  };
}
