import type { Client, Configuration, KoaContextWithOIDC } from 'oidc-provider';
import { clientKeyAlgs } from '../../shared/applications/client-keys.ts';
import { strengths } from '../../shared/identity/authentication-strength.ts';
import { deriveKey } from '../../shared/identity/secrets.ts';
import { languageCodes } from '../../shared/messages/language.ts';
import { scopeNames } from '../../shared/models/application.ts';
import { keepAsked } from '../../shared/pages/page-language.ts';
import type { Services } from '../../shared/services.ts';
import type { SigningKeys } from '../../shared/signing-keys/read.ts';
import { accessTokenRecorder, extraTokenClaims } from './access-tokens.ts';
import { accountFinder, claimsByScope } from './accounts.ts';
import { adapterFactory } from './adapter.ts';
import { ownMetadata } from './clients.ts';
import { grantLoader } from './consent.ts';
import { confirmDevice, deviceInfo, successSource, userCodeInputSource } from './device-pages.ts';
import { showError, worded } from './error-page.ts';
import { howLong } from './how-long.ts';
import { accessTokenSeconds, refreshTokenSeconds } from './lifetimes.ts';
import { logoutSource, postLogoutSuccessSource } from './logout-pages.ts';
import { outgoing } from './outgoing.ts';
import { mountPath, routes } from './paths.ts';
import { quickly } from './quick-signing.ts';
import { resourceServerInfo } from './scopes.ts';
import { promptPolicy } from './strength.ts';
import { UsageCounter } from './usage-counter.ts';

type NeededServices = Pick<Services, 'config' | 'knex' | 'log'>;
type Token = { readonly clientId?: string | undefined; readonly kind: string };

const day = 86_400;

/** All that makes the library's provider this one. Whatever is not named here is the library's default. */
export function configuration({ config, knex, log }: NeededServices, keys: SigningKeys): Configuration {
  const audience = audienceOf(config.publicUrl);
  return {
    adapter: adapterFactory(knex, config),
    routes,
    jwks: { keys: keys.private.map(quickly) },
    cookies: {
      keys: [deriveKey(config.secretKey, 'provider cookies').toString('base64url')],
      names: { session: 'qm_provider', interaction: 'qm_interaction', resume: 'qm_resume' },
      long: { signed: true, httpOnly: true, sameSite: 'lax' },
      short: { signed: true, httpOnly: true, sameSite: 'lax' },
    },

    // Scopes and claims. Every scope is named here and for the resource: the library asks for both.
    scopes: scopeNames,
    claims: claimsByScope,
    acrValues: [...strengths],
    discovery: { ui_locales_supported: languageCodes },
    findAccount: accountFinder(knex),
    loadExistingGrant: grantLoader(knex, { audience, config }),

    // RFC 9700: codes only, with PKCE S256 for every client, exact redirect URIs, rotating refresh tokens.
    responseTypes: ['code'],
    pkce: { required: () => true },
    allowOmittingSingleRegisteredRedirectUri: false,
    clientAuthMethods: ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt'],
    extraClientMetadata: { properties: ownMetadata },
    clientBasedCORS,
    rotateRefreshToken: true,
    // Clients made for InvenTree never ask for offline_access and expect a refresh token all the same: an application
    // that may have one gets one.
    issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    // Signing out of a browser leaves scripts alone; the page of connected applications is what ends them.
    expiresWithSession: () => false,
    // Whatever revokes one token ends the authorization that it came from.
    revokeGrantPolicy: () => true,

    // Access tokens are JWTs for the resource API, with a record of each.
    formats: { customizers: { jwt: accessTokenRecorder(new UsageCounter(knex, log)) } },
    extraTokenClaims,
    enabledJWA: {
      idTokenSigningAlgValues: ['RS256', 'ES256'],
      clientAuthSigningAlgValues: [...clientKeyAlgs],
      requestObjectSigningAlgValues: [...clientKeyAlgs],
      dPoPSigningAlgValues: [...clientKeyAlgs],
    },
    ttl: {
      AccessToken: (_ctx, _token, client) => accessTokenSeconds(config, client),
      ClientCredentials: (_ctx, _token, client) => accessTokenSeconds(config, client),
      AuthorizationCode: 60,
      DeviceCode: 600,
      IdToken: 3600,
      Interaction: 1800,
      RefreshToken: (_ctx, _token, client) => refreshTokenSeconds(config, client),
      // It lives no longer than the browser's own session anyway.
      Session: 30 * day,
    },

    interactions: {
      url: (ctx, { uid, params }) => {
        keepAsked(ctx, params.ui_locales);
        return `${mountPath}/interaction/${uid}`;
      },
      policy: promptPolicy(),
    },
    fetch: outgoing(config.privateHosts),
    renderError: (ctx, out) => showError(ctx, worded(out)),
    features: {
      devInteractions: { enabled: false },
      externalSigningSupport: { enabled: true, ack: 'experimental-01' },
      dPoP: { enabled: true },
      pushedAuthorizationRequests: {
        enabled: true,
        requirePushedAuthorizationRequests: config.requirePar === 'yes',
      },
      // Its keys are what an application signs requests with, so only those that registered keys can.
      requestObjects: { enabled: true },
      clientCredentials: { enabled: true },
      introspection: { enabled: true, allowedPolicy: mayIntrospect },
      revocation: { enabled: true, allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => audience,
        useGrantedResource: () => true,
        getResourceServerInfo: resourceServerInfo({
          audience,
          accessTokenKid: keys.accessTokenKid,
        }),
      },
      deviceFlow: {
        enabled: true,
        charset: 'base-20',
        mask: '****-****',
        deviceInfo,
        userCodeInputSource,
        userCodeConfirmSource: confirmDevice((client) => howLong(config, client)),
        successSource,
      },
      backchannelLogout: { enabled: true },
      registration: {
        enabled: config.clientRegistration !== 'off',
        initialAccessToken: config.clientRegistration === 'token',
      },
      registrationManagement: { enabled: config.clientRegistration !== 'off' },
      rpInitiatedLogout: { enabled: true, logoutSource, postLogoutSuccessSource },
    },
  };
}

/** Audience and resource indicator of the resource API. */
export const audienceOf = (publicUrl: string): string => `${publicUrl}/api/`;

/** Resource servers ask about any access token; about a refresh token, and for public clients, only its own client may. */
function mayIntrospect(_ctx: KoaContextWithOIDC, client: Client, token: Token): boolean {
  return (client.clientAuthMethod !== 'none' && token.kind !== 'RefreshToken') || token.clientId === client.clientId;
}

/** Scripts in a browser may call with a client when they come from where its redirect URIs lead; loopback has any port. */
function clientBasedCORS(_ctx: KoaContextWithOIDC, origin: string, client: Client): boolean {
  const caller = URL.parse(origin);
  if (caller?.origin !== origin) return false;
  return (client.redirectUris ?? []).some((uri) => {
    const registered = URL.parse(uri);
    if (registered?.protocol === 'http:' && caller.protocol === 'http:') return registered.hostname === caller.hostname;
    return registered?.protocol === 'https:' && registered.origin === origin;
  });
}
