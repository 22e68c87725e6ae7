import { createHmac, createPublicKey, randomUUID } from 'node:crypto';
import test from 'ava';
import { decodeJwt } from 'jose';
import * as oauth from 'oauth4webapi';
import { sha256 } from '../../shared/identity/secrets.ts';
import type { TestPerson } from '../harness/index.ts';
import { type Issuer, makeIssuer } from './issuer.ts';
import { type Mounted, mountApi } from './mounted.ts';

let api: Mounted;
let issuer: Issuer;
let engineer: TestPerson;

test.before(async () => {
  api = await mountApi();
  issuer = await makeIssuer(api.url);
  await issuer.publish(api.knex);
  engineer = await api.person({ username: 'engineer', rights: { host: ['view', 'add'] } });
});
test.after.always(() => api.close());

const me = (token: string) =>
  api.json<{ detail: string; username: string }>('/api/user/me/', { as: `Bearer ${token}` });

test('an access token opens the API, whatever the case of the scheme', async (t) => {
  const token = await issuer.token(engineer, 'g:read');
  for (const scheme of ['Bearer', 'bearer', 'BEARER']) {
    const { status, body, headers } = await api.json<{ username: string }>('/api/user/me/', {
      as: `${scheme} ${token}`,
    });
    t.is(status, 200);
    t.is(body.username, 'engineer');
    t.is(headers.get('content-type'), 'application/json');
  }
});

const base64url = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const now = () => Math.floor(Date.now() / 1000);

const refused: Record<string, () => Promise<string> | string> = {
  'a rival issuer with a key of its own': async () => (await makeIssuer(api.url)).token(engineer, 'g:read'),
  'a rival issuer that borrows our key id': async () =>
    (await makeIssuer(api.url, issuer.kid)).token(engineer, 'g:read'),
  'our key under another issuer': () =>
    issuer.token(engineer, 'g:read', { claims: { iss: 'https://rival.example/o' } }),
  'another audience': () => issuer.token(engineer, 'g:read', { claims: { aud: 'https://other.example/api/' } }),
  'no audience': () => issuer.token(engineer, 'g:read', { without: ['aud'] }),
  'an ID token': () => issuer.token(engineer, 'g:read', { header: { typ: 'JWT' }, claims: { aud: 'an-application' } }),
  'the type of an ID token': () => issuer.token(engineer, 'g:read', { header: { typ: 'JWT' } }),
  'a token that has expired': () => issuer.token(engineer, 'g:read', { claims: { exp: now() - 1 } }),
  'a token that is not valid yet': () => issuer.token(engineer, 'g:read', { claims: { nbf: now() + 60 } }),
  'a token without an expiry': () => issuer.token(engineer, 'g:read', { without: ['exp'] }),
  'a token that could not be revoked': () => issuer.token(engineer, 'g:read', { without: ['jti'] }),
  'a token of no application': () => issuer.token(engineer, 'g:read', { without: ['client_id'] }),
  'a person who is not there': () => issuer.token({ ...engineer, id: 999_999 }, 'g:read'),
  'a subject that is no number': () => issuer.token(engineer, 'g:read', { claims: { sub: '1 OR 1=1' } }),
  'scopes that are no text': () => issuer.token(engineer, 'g:read', { claims: { scope: ['g:read', 'a:superuser'] } }),
  'no key id': () => issuer.token(engineer, 'g:read', { header: { kid: undefined as unknown as string } }),
  'the algorithm «none»': async () => {
    const [, payload] = (await issuer.token(engineer, 'g:read')).split('.');
    return `${base64url({ alg: 'none', typ: 'at+jwt', kid: issuer.kid })}.${payload}.`;
  },
  'our public key used as an HMAC secret': async () => {
    const [, payload] = (await issuer.token(engineer, 'g:read')).split('.');
    const signed = `${base64url({ alg: 'HS256', typ: 'at+jwt', kid: issuer.kid })}.${payload}`;
    const pem = createPublicKey({ key: issuer.publicJwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
    return `${signed}.${createHmac('sha256', pem).update(signed).digest('base64url')}`;
  },
  'claims that were changed after signing': async () => {
    const [header, payload, signature] = (await issuer.token(engineer, 'g:read')).split('.');
    const claims = JSON.parse(Buffer.from(payload ?? '', 'base64url').toString());
    return `${header}.${base64url({ ...claims, scope: 'a:superuser' })}.${signature}`;
  },
  'something with three parts': () => 'not.a.token',
};

for (const [what, make] of Object.entries(refused)) {
  test(`an access token is refused: ${what}`, async (t) => {
    const { status, body, headers } = await me(await make());
    t.is(status, 401);
    t.is(typeof body.detail, 'string');
    t.regex(headers.get('www-authenticate') ?? '', /^Bearer error="invalid_token", error_description=/);
  });
}

test('a token that is no good is refused on public paths too', async (t) => {
  const rival = await (await makeIssuer(api.url)).token(engineer, 'g:read');
  t.is((await api.fetch('/api/')).status, 200);
  t.is((await api.fetch('/api/', { as: `Bearer ${rival}` })).status, 401);
});

test('a token stops when it expires, although it was good and is remembered', async (t) => {
  const token = await issuer.token(engineer, 'g:read', { claims: { exp: now() + 2 } });
  t.is((await me(token)).status, 200);
  await new Promise((resolve) => setTimeout(resolve, 2100));
  const { status, body } = await me(token);
  t.is(status, 401);
  t.is(body.detail, 'The access token has expired.');
});

test('a revoked token stops within a second', async (t) => {
  const token = await issuer.token(engineer, 'g:read');
  t.is((await me(token)).status, 200);
  const { jti, exp } = decodeJwt(token);
  const stored = { kind: 'AccessToken', id_hash: sha256(jti ?? ''), payload: '{}', is_jwt: true };
  await api.knex('oidc_artifacts').insert({ ...stored, expires_at: new Date((exp ?? 0) * 1000) });
  await api.knex('oidc_artifacts').where({ id_hash: stored.id_hash }).delete();
  await new Promise((resolve) => setTimeout(resolve, 500));
  const { status, body } = await me(token);
  t.is(status, 401);
  t.is(body.detail, 'The access token was revoked.');
});

test('a disabled person’s token stops within a second', async (t) => {
  const person = await api.person({ username: 'leaver' });
  const token = await issuer.token(person, 'g:read');
  t.is((await me(token)).status, 200);
  await api.knex('users').where({ id: person.id }).update({ is_active: false });
  await new Promise((resolve) => setTimeout(resolve, 500));
  t.is((await me(token)).status, 401);
});

test('a key that was taken out stops being trusted, a new one is trusted at once', async (t) => {
  const next = await makeIssuer(api.url);
  const token = await next.token(engineer, 'g:read');
  t.is((await me(token)).status, 401);
  await next.publish(api.knex);
  await new Promise((resolve) => setTimeout(resolve, 300));
  t.is((await me(token)).status, 200);
  await api.knex('signing_keys').where({ kid: next.kid }).delete();
  await new Promise((resolve) => setTimeout(resolve, 300));
  t.is((await me(token)).status, 401);
});

test.serial('a remembered token costs no query', async (t) => {
  const token = await issuer.token(engineer, 'g:read');
  const call = () => api.fetch('/api/auth-test', { as: `Bearer ${token}` });
  t.is((await call()).status, 200);
  let queries = 0;
  const count = () => {
    queries++;
  };
  api.knex.on('query', count);
  const { pool } = api.services;
  const connections = pool.totalCount;
  for (let i = 0; i < 5; i++) t.is((await call()).status, 200);
  api.knex.off('query', count);
  t.is(queries, 0);
  t.is(pool.totalCount, connections);
});

test('a client reads from the answer where to get a token', async (t) => {
  const url = new URL('/api/user/me/', api.url);
  const insecure = { [oauth.allowInsecureRequests]: true };
  const sent = oauth.protectedResourceRequest('not.a.token', 'GET', url, undefined, undefined, insecure);
  const error = await t.throwsAsync(sent, { instanceOf: oauth.WWWAuthenticateChallengeError });
  const challenge = error.cause[0];
  t.is(challenge?.scheme, 'bearer');
  t.is(challenge?.parameters.error, 'invalid_token');

  const bare = await api.fetch('/api/user/me/');
  t.is(bare.status, 401);
  const offered = bare.headers.get('www-authenticate') ?? '';
  t.notRegex(offered, /error=/);
  const metadata = /^Bearer resource_metadata="([^"]+)", Basic realm="api", Token$/.exec(offered)?.[1];
  t.is(metadata, `${api.url}/.well-known/oauth-protected-resource/api/`);
  const resource = new URL(`${api.url}/api/`);
  const answer = await oauth.resourceDiscoveryRequest(resource, insecure);
  const server = await oauth.processResourceDiscoveryResponse(resource, answer);
  t.deepEqual(server.authorization_servers, [`${api.url}/o`]);
});

test('two tokens of one person are bound by their own scopes', async (t) => {
  const reader = await issuer.token(engineer, 'g:read');
  const other = await issuer.token(engineer, 'r:add:host', { claims: { jti: randomUUID() } });
  t.is((await me(reader)).status, 200);
  const { status, body, headers } = await me(other);
  t.is(status, 403);
  t.regex(body.detail, /r:view:admin, g:read, a:superuser/);
  t.regex(headers.get('www-authenticate') ?? '', /error="insufficient_scope".*scope="r:view:admin"/);
});
