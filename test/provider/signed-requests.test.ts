import { randomUUID } from 'node:crypto';
import test from 'ava';
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { claimsOf, Setting, type TestApplication } from './setting.ts';

const q = await Setting.open();
const ada = await q.person({ username: 'ada' });
const redirectUri = 'https://planner.example/cb';
const { publicKey, privateKey } = await generateKeyPair('ES256');
const jwks = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'mine' }] });
test.after.always(() => q.close());

const signed = ({ clientId }: TestApplication, claims: Record<string, string>) =>
  new SignJWT(claims)
    .setProtectedHeader({ alg: 'ES256', kid: 'mine', typ: 'oauth-authz-req+jwt' })
    .setIssuer(clientId)
    .setAudience(`${q.url}/o`)
    .setIssuedAt()
    .setExpirationTime('1m')
    .sign(privateKey);

test('an application signs its request, and what stands beside it in the address counts for nothing', async (t) => {
  const application = await q.application({ jwks, consent: 'trusted' });
  const { address, verifier } = q.authorization({ client_id: application.clientId, redirect_uri: redirectUri });
  const asked = Object.fromEntries(new URL(address).searchParams);
  const request = await signed(application, { ...asked, scope: 'openid g:read' });
  const query = new URLSearchParams({ client_id: application.clientId, scope: 'openid a:superuser', request });
  const browser = q.browser();
  const landed = await browser.signIn(await browser.open(`/o/authorize/?${query}`), ada);
  const code = landed.url.searchParams.get('code') ?? '';
  const tokens = await q.redeem({ code, verifier }, { application, redirectUri });
  t.is(claimsOf(tokens.access_token).scope, 'openid g:read');

  const unsigned = new UnsecuredJWT({ ...asked, scope: 'openid a:superuser' }).encode();
  const refused = new URLSearchParams({ ...asked, request: unsigned });
  t.is((await browser.open(`/o/authorize/?${refused}`)).url.searchParams.get('error'), 'invalid_request_object');
});

test('an application that has to push its requests gets nothing for others, and a pushed one counts once', async (t) => {
  const application = await q.application({ require_par: true, consent: 'trusted' });
  const { address, verifier } = q.authorization({ client_id: application.clientId, redirect_uri: redirectUri });
  const browser = q.browser();
  await browser.signIn(await browser.open('/accounts/login/'), ada);
  t.is((await browser.open(address)).url.searchParams.get('error'), 'invalid_request');
  const asked = Object.fromEntries(new URL(address).searchParams);
  const pushed = await q.form<{ request_uri: string }>('/par/', asked, application);
  t.is(pushed.status, 201);
  const query = new URLSearchParams({ client_id: application.clientId, request_uri: pushed.request_uri });
  const code = (await browser.open(`/o/authorize/?${query}`)).url.searchParams.get('code') ?? '';
  t.is((await q.redeem({ code, verifier }, { application, redirectUri })).status, 200);
  t.false((await browser.open(`/o/authorize/?${query}`)).url.searchParams.has('code'));
});

test('a signed request that says what cannot be stored is refused, sent along or pushed', async (t) => {
  const application = await q.application({ jwks });
  const { address } = q.authorization({ client_id: application.clientId, redirect_uri: redirectUri });
  const asked = Object.fromEntries(new URL(address).searchParams);
  for (const [nonce, status] of [
    ['a\0b', 400],
    ['a\ud800', 400],
    ['\\u0000 \ud83d\ude00', 303],
  ] as const) {
    const request = await signed(application, { ...asked, nonce });
    const query = new URLSearchParams({ client_id: application.clientId, request });
    const answer = await fetch(`${q.url}/o/authorize/?${query}`, { redirect: 'manual' });
    t.is(answer.status, status, JSON.stringify(nonce));
    t.is((await q.form('/par/', { request }, application)).status, status === 303 ? 201 : 400);
  }
});

test('a signed request that was found in a browser is no proof of the application', async (t) => {
  const application = await q.application({ jwks, auth_method: 'private_key_jwt' });
  const { address } = q.authorization({ client_id: application.clientId, redirect_uri: redirectUri });
  const asked = Object.fromEntries(new URL(address).searchParams);
  const proof = async (typ: string | undefined, claims: Record<string, string>) => {
    const client_assertion = await new SignJWT({ jti: randomUUID(), ...claims })
      .setProtectedHeader({ alg: 'ES256', kid: 'mine', ...(typ && { typ }) })
      .setIssuer(application.clientId)
      .setSubject(application.clientId)
      .setAudience(`${q.url}/o`)
      .setIssuedAt()
      .setExpirationTime('1m')
      .sign(privateKey);
    const client_assertion_type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
    return (await q.form('/introspect/', { token: 'any', client_assertion, client_assertion_type })).status;
  };
  for (const typ of [undefined, 'JWT', 'client-authentication+jwt']) t.is(await proof(typ, {}), 200, typ);
  t.is(await proof('oauth-authz-req+jwt', {}), 401);
  t.is(await proof(undefined, asked), 401);
});
