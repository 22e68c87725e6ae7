import type { Operation } from '../../shared/access/decide.ts';
import type { Proof } from '../../shared/access/principal.ts';
import { identityScopes, resourceScopes } from '../../shared/access/scopes.ts';
import { sessionCookie } from '../../shared/identity/sessions.ts';
import type { SecurityRequirement } from './openapi.ts';

/** Every scope with its sentence: those of the API first, then those that say who somebody is. */
export const scopeSentences: Readonly<Record<string, string>> = { ...resourceScopes, ...identityScopes };

const schemeOfProof: Readonly<Partial<Record<Proof, string>>> = {
  token: 'tokenAuth',
  basic: 'basicAuth',
  session: 'cookieAuth',
};

/**
 * The ways past an operation, as alternatives, from the very facts that decide. Undefined: open to everybody.
 * Each scope is an `oauth2` alternative of its own, since any one of them is enough.
 */
export function securityOf(
  operation: Operation,
  proofs?: readonly Proof[],
): readonly SecurityRequirement[] | undefined {
  if (operation.anonymous && operation.scopes.length === 0) return undefined;
  const counts = (proof: Proof) => !proofs || proofs.includes(proof);
  return [
    ...(operation.anonymous ? [{}] : []),
    ...Object.entries(schemeOfProof)
      .filter(([proof]) => counts(proof as Proof))
      .map(([, scheme]) => ({ [scheme]: [] })),
    ...(counts('bearer') ? operation.scopes.map((scope) => ({ oauth2: [scope] })) : []),
  ];
}

/** The scopes of an operation's `oauth2` alternatives. */
export const scopesIn = (security: readonly SecurityRequirement[] | undefined): string[] =>
  (security ?? []).flatMap((alternative) => alternative.oauth2 ?? []);

/** How requests prove who they come from, and where applications get their tokens. */
export function securitySchemes(publicUrl: string): Record<string, unknown> {
  const at = (path: string) => `${publicUrl}/o${path}`;
  const common = { tokenUrl: at('/token/'), scopes: scopeSentences };
  return {
    tokenAuth: {
      type: 'apiKey',
      in: 'header',
      name: 'Authorization',
      description:
        'An API token, made on the account page: `Authorization: Token …` (or `Bearer …`). A token may be bound by scopes of its own; then it takes one of the scopes that `oauth2` lists.',
    },
    basicAuth: { type: 'http', scheme: 'basic', description: 'Username and password. A token is faster and safer.' },
    cookieAuth: {
      type: 'apiKey',
      in: 'cookie',
      name: sessionCookie,
      description:
        'The session of a browser that is signed in. Methods that change something also take its CSRF token, in the header `X-CSRFToken`.',
    },
    oauth2: {
      type: 'oauth2',
      description:
        'Access tokens for applications, sent as `Authorization: Bearer …`. Each `oauth2` item of an operation is an alternative: one of the scopes is enough. A scope never adds to what its person may do.',
      flows: {
        authorizationCode: {
          authorizationUrl: at('/authorize/'),
          refreshUrl: at('/token/'),
          ...common,
          'x-usePkce': 'SHA-256',
        },
        clientCredentials: { refreshUrl: at('/token/'), ...common },
        // OpenAPI 3.2 knows this flow by the name without `x-`.
        'x-deviceAuthorization': {
          deviceAuthorizationUrl: at('/device-authorization/'),
          refreshUrl: at('/token/'),
          ...common,
        },
      },
    },
    openIdConnect: { type: 'openIdConnect', openIdConnectUrl: at('/.well-known/openid-configuration') },
  };
}
