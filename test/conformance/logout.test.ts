import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import type { FormBrowser } from '../harness/form-browser.ts';
import { Setting, type TestApplication } from '../provider/setting.ts';

// The modules of the OpenID Foundation's plans «RP-Initiated OP» and «Back-Channel OP», by their own names.

const notices: string[] = [];
const receiver = createServer(async (request, response) => {
  notices.push(new URLSearchParams((await request.toArray()).join('')).get('logout_token') ?? '');
  response.end();
});
await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
const host = `127.0.0.1:${(receiver.address() as AddressInfo).port}`;
const q = await Setting.open({ privateHosts: [host] });
const ada = await q.person({ username: 'ada' });
const redirectUri = 'https://rp.example/cb';
const bye = 'https://rp.example/bye';
let client: TestApplication;
test.before(async () => {
  client = await q.application({
    redirect_uris: [redirectUri],
    post_logout_redirect_uris: [bye],
    backchannel_logout_uri: `http://${host}/`,
    consent: 'trusted',
  });
});
test.after.always(async () => {
  await q.close();
  receiver.close();
});

const parameters = () => ({ client_id: client.clientId, redirect_uri: redirectUri, scope: 'openid' });

/** A browser that is signed in to the client, and what the client holds. */
async function signedIn() {
  const { browser, ...code } = await q.code(ada, parameters());
  return { browser, idToken: (await q.redeem(code, { application: client, redirectUri })).id_token };
}

const open = (browser: FormBrowser, query: Record<string, string>) =>
  browser.open(`/o/logout/?${new URLSearchParams(query)}`);

/** Whether the provider still knows who sits there. */
async function isSignedIn(browser: FormBrowser): Promise<boolean> {
  const page = await browser.open(q.authorization({ ...parameters(), prompt: 'none' }).address);
  return page.url.searchParams.get('error') !== 'login_required';
}

test('oidcc-rp-initiated-logout, oidcc-backchannel-rp-initiated-logout', async (t) => {
  const { browser, idToken } = await signedIn();
  const page = await open(browser, { id_token_hint: idToken, post_logout_redirect_uri: bye, state: 'a b' });
  const back = await browser.submit(page, { logout: 'yes' });
  t.is(back.url.href, `${bye}?state=a+b`);
  t.false(await isSignedIn(browser));
  const { sid, sub } = decodeJwt(idToken);
  const told = () => notices.find((notice) => decodeJwt(notice).sid === sid);
  for (let tries = 0; tries < 100 && !told(); tries++) await sleep(50);
  const claims = decodeJwt(told() ?? '');
  t.like(claims, { iss: `${q.url}/o`, aud: client.clientId, sub });
  t.deepEqual(claims.events, { 'http://schemas.openid.net/event/backchannel-logout': {} });
  t.false('nonce' in claims);
  t.true(Number(claims.exp) - Number(claims.iat) <= 3600);
  t.is(decodeProtectedHeader(told() ?? '').alg, 'RS256');
});

test('oidcc-rp-initiated-logout-no-state', async (t) => {
  const { browser, idToken } = await signedIn();
  const page = await open(browser, { id_token_hint: idToken, post_logout_redirect_uri: bye });
  t.is((await browser.submit(page, { logout: 'yes' })).url.href, bye);
});

for (const [name, address] of [
  ['bad-post-logout-redirect-uri', 'https://evil.example/bye'],
  ['query-added-to-post-logout-redirect-uri', `${bye}?foo=bar`],
] as const) {
  test(`oidcc-rp-initiated-logout-${name}`, async (t) => {
    const { browser, idToken } = await signedIn();
    const page = await open(browser, { id_token_hint: idToken, post_logout_redirect_uri: address });
    t.is(page.status, 400);
    t.is(page.url.origin, q.url);
  });
}

test('oidcc-rp-initiated-logout-bad-id-token-hint', async (t) => {
  const { browser } = await signedIn();
  const page = await open(browser, { id_token_hint: 'no.id.token', post_logout_redirect_uri: bye });
  t.is(page.status, 400);
  t.true(await isSignedIn(browser));
});

test('oidcc-rp-initiated-logout-modified-id-token-hint', async (t) => {
  const { browser, idToken } = await signedIn();
  const [header, , signature] = idToken.split('.');
  const payload = Buffer.from(JSON.stringify({ ...decodeJwt(idToken), sub: '999' })).toString('base64url');
  const page = await open(browser, {
    id_token_hint: `${header}.${payload}.${signature}`,
    post_logout_redirect_uri: bye,
  });
  t.is(page.status, 400);
  t.true(await isSignedIn(browser));
});

test('oidcc-rp-initiated-logout-no-id-token-hint', async (t) => {
  const { browser } = await signedIn();
  const page = await open(browser, { post_logout_redirect_uri: bye, state: 's' });
  t.is(page.url.origin, q.url, 'nobody is sent on whose client is not known');
});

for (const [name, query] of [
  ['no-params', {}],
  ['only-state', { state: 's' }],
] as const) {
  test(`oidcc-rp-initiated-logout-${name}`, async (t) => {
    const { browser } = await signedIn();
    const done = await browser.submit(await open(browser, query), { logout: 'yes' });
    t.is(done.url.origin, q.url);
    t.false(done.url.searchParams.has('state'));
    t.false(await isSignedIn(browser));
  });
}

test('oidcc-rp-initiated-logout-no-post-logout-redirect-uri', async (t) => {
  const { browser, idToken } = await signedIn();
  const done = await browser.submit(await open(browser, { id_token_hint: idToken }), { logout: 'yes' });
  t.is(done.url.origin, q.url);
  t.is(done.status, 200);
});

test('oidcc-backchannel-logout-discovery-endpoint-verification', async (t) => {
  const answer = await fetch(`${q.url}/o/.well-known/openid-configuration`);
  t.like(await answer.json(), {
    backchannel_logout_supported: true,
    backchannel_logout_session_supported: true,
    end_session_endpoint: `${q.url}/o/logout/`,
  });
});
