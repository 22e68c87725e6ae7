import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import test from 'ava';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { claimsOf, Setting } from './setting.ts';

const q = await Setting.open();
const ada = await q.person({ username: 'ada' });
test.after.always(() => q.close());

const redirectUri = 'https://planner.example/cb';

/** Goes to an authorization request; where that led, and whether the person was asked. */
async function ask(clientId: string, more: Record<string, string> = {}, browser = q.browser()) {
  const parameters = { client_id: clientId, redirect_uri: redirectUri, ...more };
  const { address } = q.authorization(parameters);
  let page = await browser.open(address);
  if (page.url.pathname === '/accounts/login/') page = await browser.signIn(page, ada);
  const asked = page.html.includes('name="decision"');
  if (asked) page = await browser.submit(page, { decision: 'allow' });
  return { asked, code: page.url.searchParams.get('code'), error: page.url.searchParams.get('error'), browser };
}

test('an application that asks each time does, and silent requests are told so', async (t) => {
  const app = await q.application({ consent: 'ask' });
  const { browser, asked, code } = await ask(app.clientId);
  t.true(asked && code !== null);
  t.true((await ask(app.clientId, {}, browser)).asked);
  t.is((await ask(app.clientId, { prompt: 'none' }, browser)).error, 'consent_required');
});

test('an application that asks once does not ask again, until it wants more', async (t) => {
  const app = await q.application({ consent: 'once' });
  const { browser } = await ask(app.clientId);
  t.false((await ask(app.clientId, {}, browser)).asked);
  t.true((await ask(app.clientId, { scope: 'openid g:read r:add:host' }, browser)).asked);
});

test('a trusted application never asks, not even to stay connected, and its grant is in the list of connected ones', async (t) => {
  const app = await q.application({ consent: 'trusted' });
  const { browser, asked, code } = await ask(app.clientId, { scope: 'openid g:read offline_access' });
  t.false(asked);
  t.truthy(code);
  t.truthy((await ask(app.clientId, { prompt: 'none', scope: 'openid' }, browser)).code);
  t.regex((await browser.open('/accounts/applications/')).html, /Rack planner/);
});

test('lifetimes and the algorithm of ID tokens are each application’s own', async (t) => {
  const own = { access_token_seconds: 90, refresh_token_days: 2, id_token_alg: 'ES256', consent: 'trusted' };
  const application = await q.application(own);
  const code = await q.code(ada, { client_id: application.clientId, redirect_uri: redirectUri });
  const tokens = await q.redeem(code, { application, redirectUri });
  t.is(tokens.expires_in, 90);
  const { iat, exp } = claimsOf(tokens.access_token) as { iat: number; exp: number };
  t.is(exp - iat, 90);
  t.is(JSON.parse(Buffer.from(tokens.id_token.split('.')[0]!, 'base64url').toString()).alg, 'ES256');
  const lives = await q
    .knex('oidc_artifacts')
    .where({ client_id: application.clientId })
    .whereIn('kind', ['Grant', 'RefreshToken'])
    .select('kind', q.knex.raw('round(extract(epoch FROM expires_at - now()) / 86400)::int AS days'));
  t.deepEqual(Object.fromEntries(lives.map(({ kind, days }) => [kind, days])), { RefreshToken: 2, Grant: 6 });
});

test('an application proves itself by its own key: once each time, for this server, and not by a secret', async (t) => {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'mine' }] };
  const robot = await q.person({ username: 'robot', service: true });
  const application = await q.application({
    auth_method: 'private_key_jwt',
    jwks: JSON.stringify(jwks),
    grant_types: ['client_credentials'],
    redirect_uris: [],
    service_user_id: robot.id,
  });
  const proof = (aud = `${q.url}/o`, jti: string = randomUUID()) =>
    new SignJWT({ jti })
      .setProtectedHeader({ alg: 'ES256', kid: 'mine' })
      .setIssuer(application.clientId)
      .setSubject(application.clientId)
      .setAudience(aud)
      .setIssuedAt()
      .setExpirationTime('1m')
      .sign(privateKey);
  const present = (client_assertion: string) =>
    q.form('/token/', {
      grant_type: 'client_credentials',
      scope: 'g:read',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion,
    });
  const good = await proof();
  t.is((await present(good)).status, 200);
  t.is((await present(good)).error, 'invalid_client', 'used twice');
  t.is((await present(await proof('https://other.example/o'))).error, 'invalid_client');
  const bySecret = await q.form('/token/', { grant_type: 'client_credentials', scope: 'g:read' }, application);
  t.is(bySecret.error, 'invalid_client');
});

test('keys at an address in a private network are not fetched', async (t) => {
  let calls = 0;
  const inside = createServer((_, response) => {
    calls++;
    response.end('{"keys":[]}');
  });
  await new Promise<void>((resolve) => inside.listen(0, '127.0.0.1', resolve));
  t.teardown(() => inside.close());
  const robot = await q.person({ username: 'lurer', service: true });
  const { privateKey } = await generateKeyPair('ES256');
  const application = await q.application({
    auth_method: 'private_key_jwt',
    jwks_uri: `http://127.0.0.1:${(inside.address() as AddressInfo).port}/keys`,
    grant_types: ['client_credentials'],
    redirect_uris: [],
    service_user_id: robot.id,
  });
  const client_assertion = await new SignJWT({ jti: randomUUID() })
    .setProtectedHeader({ alg: 'ES256' })
    .setIssuer(application.clientId)
    .setSubject(application.clientId)
    .setAudience(`${q.url}/o`)
    .setIssuedAt()
    .setExpirationTime('1m')
    .sign(privateKey);
  const answer = await q.form('/token/', {
    grant_type: 'client_credentials',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion,
  });
  t.is(answer.error, 'invalid_client');
  t.is(calls, 0);
});
