import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import test from 'ava';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { createIdp } from '../../idp/app.ts';
import { makeBearer } from '../harness/applications.ts';
import { type Running, start, type TestPerson } from '../harness/index.ts';
import { claimsOf, defaultClientId, loopback, Setting } from './setting.ts';

// An installation that asks of every application what others leave to each.

const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
const jwk = await exportJWK(publicKey);
let q: Setting;
let api: Running;
let ada: TestPerson;
test.before(async () => {
  q = await Setting.open({ requirePar: 'yes', requireDpop: 'yes', clientRegistration: 'open' });
  ada = await q.person({ username: 'ada' });
  api = await start({ config: { requireDpop: 'yes' } });
});
test.after.always(() => Promise.all([q?.close(), api?.close()]));

/** A DPoP proof for one request. */
function proof(htm: string, htu: string, token?: string): Promise<string> {
  const ath = token && createHash('sha256').update(token).digest('base64url');
  return new SignJWT({ htm, htu, jti: randomUUID(), ...(ath && { ath }) })
    .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk })
    .setIssuedAt()
    .sign(privateKey);
}
const discovery = async (url: string) =>
  (await fetch(`${url}/o/.well-known/openid-configuration`)).json() as Promise<Record<string, unknown>>;

test('where every request has to be pushed, the metadata says so and others are refused', async (t) => {
  t.true((await discovery(q.url)).require_pushed_authorization_requests);
  t.not((await discovery(api.url)).require_pushed_authorization_requests, true);
  const { address } = q.authorization();
  const refused = await q.browser().open(address);
  t.is(refused.url.origin, loopback);
  t.is(refused.url.searchParams.get('error'), 'invalid_request');
  t.regex(refused.url.searchParams.get('error_description') ?? '', /Pushed Authorization Request/i);
});

test('the way goes on with a pushed request and a token that is bound to a key, and not without', async (t) => {
  const { address, verifier } = q.authorization();
  const pushed = await q.form<{ request_uri: string }>('/par/', [...new URL(address).searchParams]);
  t.is(pushed.status, 201);
  const browser = q.browser();
  await browser.signIn(await browser.open('/accounts/login/'), ada);
  const query = new URLSearchParams({ client_id: defaultClientId, request_uri: pushed.request_uri });
  const landed = await browser.submit(await browser.open(`/o/authorize/?${query}`), { decision: 'allow' });
  const grant = {
    grant_type: 'authorization_code',
    code: landed.url.searchParams.get('code') ?? '',
    code_verifier: verifier,
    redirect_uri: loopback,
    client_id: defaultClientId,
  };
  const unbound = await q.form('/token/', grant);
  t.is(unbound.error, 'invalid_grant');
  const bound = await q.form('/token/', grant, undefined, { dpop: await proof('POST', `${q.url}/o/token/`) });
  t.is(bound.token_type, 'DPoP');
  t.truthy((claimsOf(bound.access_token).cnf as { jkt: string }).jkt);
  t.is((await q.refresh(bound.refresh_token)).status, 400);
});

test('who registers itself is told that both are asked of it', async (t) => {
  const answer = await fetch(`${q.url}/o/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ redirect_uris: ['https://tool.example/cb'], token_endpoint_auth_method: 'none' }),
  });
  t.like(await answer.json(), { require_pushed_authorization_requests: true, dpop_bound_access_tokens: true });
});

test('the API takes no access token that is not bound, not even one from before, and API tokens as ever', async (t) => {
  const person = await api.person({ username: 'ada', rights: { host: ['view'] } });
  const { services } = api;
  const before = await createIdp({ ...services, config: { ...services.config, requireDpop: 'no' } });
  const server = before.listen(0, '127.0.0.1');
  t.teardown(() => server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const token = await makeBearer(services, `http://127.0.0.1:${port}`, person, ['g:read']);

  const refused = await api.fetch('/api/auth-test', { as: token });
  t.is(refused.status, 401);
  t.regex(refused.headers.get('www-authenticate') ?? '', /^DPoP error="invalid_token"/);
  t.is((await api.fetch('/api/auth-test', { as: await api.tokenFor(person) })).status, 200);
  const metadata = await api.json<object>('/.well-known/oauth-protected-resource');
  t.like(metadata.body, { dpop_bound_access_tokens_required: true });
});
