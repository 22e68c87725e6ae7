import test from 'ava';
import * as openid from 'openid-client';
import { FormBrowser } from '../harness/form-browser.ts';
import { type Running, start, type TestPerson } from '../harness/index.ts';
import { type LoopbackClient, loopbackClient, untilStatus } from './loopback-client.ts';

const clientId = 'zDFnsiRheJIOKNx6aCQ0quBxECg1QBHtVFDPloJ6';

let q: Running;
let ada: TestPerson;
let config: openid.Configuration;
let listener: LoopbackClient;

test.before(async () => {
  q = await start({ api: 1 });
  ada = await q.person({ username: 'ada', password: 'a long password', rights: { host: ['view'] } });
  listener = await loopbackClient('/');
  config = await openid.discovery(new URL(`${q.url}/o`), clientId, undefined, openid.None(), {
    execute: [openid.allowInsecureRequests],
  });
});
test.after.always(async () => {
  listener?.close();
  await q?.close();
});

async function signIn(scope: string): Promise<openid.TokenEndpointResponse & openid.TokenEndpointResponseHelpers> {
  const pkceCodeVerifier = openid.randomPKCECodeVerifier();
  const [expectedState, expectedNonce] = [openid.randomState(), openid.randomNonce()];
  const address = openid.buildAuthorizationUrl(config, {
    redirect_uri: listener.redirectUri,
    scope,
    code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: expectedState,
    ...(scope.includes('openid') && { nonce: expectedNonce }),
  });
  const arrived = await listener.letIn(new FormBrowser(q.url), address, ada);
  return openid.authorizationCodeGrant(config, arrived, {
    pkceCodeVerifier,
    expectedState,
    ...(scope.includes('openid') && { expectedNonce, idTokenExpected: true }),
  });
}

const hostsAt = (api: string, token: string) =>
  openid.fetchProtectedResource(config, token, new URL(`${api}/api/inventory/host/`), 'GET').catch((error) => {
    if (error instanceof openid.WWWAuthenticateChallengeError) return error.response;
    throw error;
  });

test('openid-client goes from discovery to a token that every api process takes, and refuses once it is revoked', async (t) => {
  const tokens = await signIn('openid profile g:read');
  t.deepEqual(tokens.scope?.split(' ').sort(), ['g:read', 'openid', 'profile']);
  t.is(tokens.claims()?.sub, String(ada.id));
  const [here, there] = q.apis as [string, string];
  t.is((await hostsAt(here, tokens.access_token)).status, 200);
  t.is((await hostsAt(there, tokens.access_token)).status, 200);
  const about = await openid.fetchUserInfo(config, tokens.access_token, String(ada.id));
  t.is(about.preferred_username, 'ada');

  const refreshed = await openid.refreshTokenGrant(config, tokens.refresh_token!);
  t.is((await hostsAt(there, refreshed.access_token)).status, 200);

  await openid.tokenRevocation(config, refreshed.access_token);
  for (const token of [tokens.access_token, refreshed.access_token]) {
    t.true((await untilStatus(401, () => hostsAt(here, token))) < 1000);
    t.true((await untilStatus(401, () => hostsAt(there, token))) < 1000);
  }
  await t.throwsAsync(openid.refreshTokenGrant(config, refreshed.refresh_token!), {
    code: 'OAUTH_RESPONSE_BODY_ERROR',
  });
});

test('openid-client works without openid too, as plain OAuth', async (t) => {
  const tokens = await signIn('g:read');
  t.is(tokens.id_token, undefined);
  t.is((await hostsAt(q.url, tokens.access_token)).status, 200);
});

test('openid-client lets a device in while its owner types the code at a browser', async (t) => {
  const device = await openid.initiateDeviceAuthorization(config, { scope: 'g:read' });
  const polling = openid.pollDeviceAuthorizationGrant(config, { ...device, interval: 1 });
  const browser = new FormBrowser(q.url);
  const typing = await browser.signIn(await browser.open(device.verification_uri), ada);
  const confirming = await browser.submit(typing, { user_code: device.user_code });
  await browser.submit(confirming, { decision: 'allow' });
  const tokens = await polling;
  t.is((await hostsAt(q.url, tokens.access_token)).status, 200);
});
