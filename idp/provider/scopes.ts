import { type Client, errors, type KoaContextWithOIDC, type ResourceServer } from 'oidc-provider';
import { defaultScope, identityScopes } from '../../shared/access/scopes.ts';
import { scopeNames } from '../../shared/models/application.ts';
import { serviceUserOf } from './clients.ts';

const known: ReadonlySet<string> = new Set(scopeNames);

/** What a token of ours is made for. */
export interface ApiFacts {
  /** The resource indicator and audience of the resource API. */
  readonly audience: string;
  readonly accessTokenKid: string;
}

/** Requests in which a client names the scopes that it wants; later ones can only take fewer of those. */
const asking: ReadonlySet<string> = new Set(['authorization', 'device_authorization', 'pushed_authorization_request']);

/**
 * Answers the provider's question what a token for a resource may hold. It is asked under every grant type, so here
 * is the one place where scopes are defaulted, checked and limited:
 * none asked means `g:read`; a scope that is unknown, or not allowed to the application, is refused; an application
 * that acts for itself has no identity to tell of, and must have a service user.
 */
export function resourceServerInfo(api: ApiFacts) {
  return (ctx: KoaContextWithOIDC, resource: string, client: Client): ResourceServer => {
    if (resource !== api.audience) throw new errors.InvalidTarget(`the only resource is ${api.audience}`);
    const allowed = allowedTo(client);
    const params = ctx.oidc.params ?? {};
    const forItself = ctx.oidc.route === 'token' && params.grant_type === 'client_credentials';
    if (forItself) {
      if (!serviceUserOf(client)) {
        throw new errors.UnauthorizedClient('the application has no active service user to act as');
      }
      for (const scope of Object.keys(identityScopes)) allowed.delete(scope);
    }
    if (forItself || asking.has(ctx.oidc.route)) {
      params.scope ??= defaultScope;
      refuseOthers(askedIn(ctx), allowed);
    }
    return {
      scope: [...allowed].join(' '),
      audience: api.audience,
      accessTokenFormat: 'jwt',
      jwt: { sign: { alg: 'ES256', kid: api.accessTokenKid } },
    };
  };
}

/** What the client wrote, before the library leaves out what it deems pointless. */
function askedIn(ctx: KoaContextWithOIDC): string[] {
  const written = ctx.method === 'POST' ? ctx.oidc.body?.scope : ctx.query.scope;
  const scope = typeof written === 'string' ? written : ctx.oidc.params?.scope;
  return typeof scope === 'string' ? scope.split(' ').filter(Boolean) : [];
}

function refuseOthers(asked: readonly string[], allowed: ReadonlySet<string>): void {
  const unknown = asked.filter((scope) => !known.has(scope));
  if (unknown.length > 0) throw new errors.InvalidScope(`unknown scope: ${unknown.join(' ')}`, unknown.join(' '));
  const refused = asked.filter((scope) => !allowed.has(scope));
  if (refused.length > 0) {
    throw new errors.InvalidScope(`not allowed to this application: ${refused.join(' ')}`, refused.join(' '));
  }
}

function allowedTo(client: Client): Set<string> {
  const allowed = new Set(client.scope?.split(' ').filter(Boolean));
  if (!client.grantTypeAllowed('refresh_token')) allowed.delete('offline_access');
  return allowed;
}
