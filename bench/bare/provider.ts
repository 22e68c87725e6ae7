import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair } from 'jose';
import Provider, { type Client, type Configuration } from 'oidc-provider';
import { Memory } from './memory.ts';

// oidc-provider on memory alone: what the protocol itself costs, ES256 access tokens included. Whoever
// comes is signed in as person 1, and has agreed to everything.

const { clients } = JSON.parse(process.env.BARE ?? '') as { clients: Configuration['clients'] };
const [{ privateKey: es256 }, { privateKey: rs256 }] = await Promise.all([
  generateKeyPair('ES256', { extractable: true }),
  generateKeyPair('RS256', { extractable: true }),
]);
const keys = [
  { ...(await exportJWK(es256)), kid: 'access', use: 'sig', alg: 'ES256' },
  { ...(await exportJWK(rs256)), kid: 'id', use: 'sig', alg: 'RS256' },
];

let answer: RequestListener = (_request, response) => response.writeHead(503).end();
const server = createServer((request, response) => answer(request, response));
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const issuer = `http://localhost:${(server.address() as AddressInfo).port}`;
const opaque = 'urn:opaque';

const provider = new Provider(issuer, {
  adapter: Memory,
  clients,
  jwks: { keys },
  cookies: { keys: ['only for measuring'] },
  scopes: ['openid', 'offline_access', 'g:read'],
  claims: { openid: ['sub'] },
  findAccount: (_ctx, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  async loadExistingGrant({ oidc }) {
    const given = oidc.session?.grantIdFor(oidc.client?.clientId ?? '');
    if (given) return provider.Grant.find(given);
    const grant = new provider.Grant({ clientId: oidc.client?.clientId, accountId: oidc.session?.accountId });
    grant.addOIDCScope('openid g:read');
    grant.addResourceScope(`${issuer}/api/`, 'g:read');
    await grant.save();
    return grant;
  },
  pkce: { required: () => true },
  responseTypes: ['code'],
  rotateRefreshToken: true,
  expiresWithSession: () => false,
  issueRefreshToken: (_ctx: unknown, client: Client) => client.grantTypeAllowed('refresh_token'),
  ttl: { AccessToken: 3600, ClientCredentials: 3600, RefreshToken: 86_400, Grant: 86_400, Session: 86_400 },
  interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    introspection: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => `${issuer}/api/`,
      useGrantedResource: () => true,
      getResourceServerInfo: (_ctx, resource) => ({
        scope: 'g:read',
        audience: resource,
        // It answers for no JWTs at introspection.
        accessTokenFormat: resource === opaque ? 'opaque' : 'jwt',
        ...(resource !== opaque && { jwt: { sign: { alg: 'ES256', kid: 'access' } } }),
      }),
    },
  },
});
const handle = provider.callback();
answer = (request, response) =>
  request.url?.startsWith('/interaction/')
    ? provider.interactionFinished(request, response, { login: { accountId: '1' }, consent: {} })
    : handle(request, response);
console.log(JSON.stringify({ listening: issuer }));
