import test from 'ava';
import * as oauth from 'oauth4webapi';
import { FormBrowser } from '../harness/form-browser.ts';
import { type Running, start, type TestPerson } from '../harness/index.ts';
import { type LoopbackClient, loopbackClient, untilStatus } from './loopback-client.ts';

const client: oauth.Client = { client_id: 'zDFnsiRheJIOKNx6aCQ0quBxECg1QBHtVFDPloJ6' };
const http = { [oauth.allowInsecureRequests]: true };

let q: Running;
let bob: TestPerson;
let listener: LoopbackClient;

test.before(async () => {
  q = await start({ api: 1 });
  bob = await q.person({ username: 'bob', password: 'a long password', rights: { host: ['view'] } });
  listener = await loopbackClient();
});
test.after.always(async () => {
  listener?.close();
  await q?.close();
});

const hostsAt = (api: string, token: string) =>
  oauth
    .protectedResourceRequest(token, 'GET', new URL(`${api}/api/inventory/host/`), undefined, null, http)
    .catch((error) => {
      if (error instanceof oauth.WWWAuthenticateChallengeError) return error.response;
      throw error;
    });

test('oauth4webapi finds the server from the resource, gets a token for it, refreshes and revokes it', async (t) => {
  const [here, there] = q.apis as [string, string];
  const resource = new URL(`${q.url}/api/`);
  const protectedResource = await oauth.processResourceDiscoveryResponse(
    resource,
    await oauth.resourceDiscoveryRequest(resource, http),
  );
  const issuer = new URL(protectedResource.authorization_servers![0]!);
  const server = await oauth.processDiscoveryResponse(
    issuer,
    await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...http }),
  );

  const verifier = oauth.generateRandomCodeVerifier();
  const state = oauth.generateRandomState();
  const address = new URL(server.authorization_endpoint!);
  address.search = new URLSearchParams({
    client_id: client.client_id,
    redirect_uri: listener.redirectUri,
    response_type: 'code',
    scope: 'openid g:read',
    resource: resource.href,
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  }).toString();
  const arrived = await listener.letIn(new FormBrowser(q.url), address, bob);
  const parameters = oauth.validateAuthResponse(server, client, arrived, state);

  const none = oauth.None();
  const tokens = await oauth.processAuthorizationCodeResponse(
    server,
    client,
    await oauth.authorizationCodeGrantRequest(server, client, none, parameters, listener.redirectUri, verifier, http),
    { requireIdToken: true },
  );
  t.deepEqual(tokens.scope?.split(' ').sort(), ['g:read', 'openid']);
  const { sub } = oauth.getValidatedIdTokenClaims(tokens)!;
  t.is(sub, String(bob.id));
  t.is((await hostsAt(here, tokens.access_token)).status, 200);
  t.is((await hostsAt(there, tokens.access_token)).status, 200);

  const about = await oauth.processUserInfoResponse(
    server,
    client,
    sub,
    await oauth.userInfoRequest(server, client, tokens.access_token, http),
  );
  t.is(about.sub, sub);

  const refreshed = await oauth.processRefreshTokenResponse(
    server,
    client,
    await oauth.refreshTokenGrantRequest(server, client, none, tokens.refresh_token!, http),
  );
  t.is((await hostsAt(there, refreshed.access_token)).status, 200);

  await oauth.processRevocationResponse(
    await oauth.revocationRequest(server, client, none, refreshed.refresh_token!, http),
  );
  t.true((await untilStatus(401, () => hostsAt(here, refreshed.access_token))) < 1000);
  t.true((await untilStatus(401, () => hostsAt(there, refreshed.access_token))) < 1000);
});

test('oauth4webapi validates our access tokens as RFC 9068 wants them', async (t) => {
  const token = await q.bearerFor(bob, ['g:read']);
  const issuer = new URL(`${q.url}/o`);
  const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, http));
  const request = new Request(`${q.url}/api/`, { headers: { authorization: `Bearer ${token}` } });
  const claims = await oauth.validateJwtAccessToken(server, request, `${q.url}/api/`, http);
  t.is(claims.sub, String(bob.id));
  t.is(claims.scope, 'g:read');
});
