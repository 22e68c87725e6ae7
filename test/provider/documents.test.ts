import { get } from 'node:http';
import test from 'ava';
import { exportJWK, generateKeyPair } from 'jose';
import { canonicalPath } from '../../idp/provider/paths.ts';
import { createProvider } from '../../idp/provider/provider.ts';
import { resourceScopes } from '../../shared/access/scopes.ts';
import { deriveKey, seal } from '../../shared/identity/secrets.ts';
import { loadSigningKeys } from '../../shared/signing-keys/read.ts';
import { Setting } from './setting.ts';

const q = await Setting.open();
test.after.always(() => q.close());

const read = async (path: string, headers: Record<string, string> = {}) => {
  const response = await fetch(`${q.url}${path}`, { headers });
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Record<string, unknown>,
  };
};

test('discovery and RFC 8414 metadata are the same, at each address that clients look at', async (t) => {
  const { body } = await read('/o/.well-known/openid-configuration');
  for (const path of [
    '/o/.well-known/openid-configuration/',
    '/.well-known/oauth-authorization-server/o',
    '/o/.well-known/oauth-authorization-server',
  ]) {
    t.deepEqual((await read(path)).body, body, path);
  }
  t.is(body.issuer, `${q.url}/o`);
  t.is(body.authorization_endpoint, `${q.url}/o/authorize/`);
  t.is(body.token_endpoint, `${q.url}/o/token/`);
  t.is(body.revocation_endpoint, `${q.url}/o/revoke_token/`);
  t.is(body.introspection_endpoint, `${q.url}/o/introspect/`);
  t.is(body.userinfo_endpoint, `${q.url}/o/userinfo/`);
  t.is(body.end_session_endpoint, `${q.url}/o/logout/`);
  t.is(body.device_authorization_endpoint, `${q.url}/o/device-authorization/`);
  t.is(body.jwks_uri, `${q.url}/o/.well-known/jwks.json`);
  t.deepEqual(body.response_types_supported, ['code']);
  t.deepEqual(body.code_challenge_methods_supported, ['S256']);
  t.deepEqual(body.token_endpoint_auth_methods_supported, [
    'none',
    'client_secret_basic',
    'client_secret_post',
    'private_key_jwt',
  ]);
  t.true(body.authorization_response_iss_parameter_supported);
  const scopes = body.scopes_supported as string[];
  t.true(Object.keys(resourceScopes).every((scope) => scopes.includes(scope)));
});

test('addresses in documents come from the configuration, whatever a client writes', async (t) => {
  const plain = await read('/o/.well-known/openid-configuration');
  const { body } = await read('/o/.well-known/openid-configuration', {
    'x-forwarded-host': 'evil.example',
    'x-forwarded-proto': 'https',
    forwarded: 'host=evil.example',
  });
  t.deepEqual(body, plain.body);
  for (const path of ['', 'http://evil.example']) {
    const answer = await new Promise<string>((resolve, reject) => {
      const { port } = new URL(q.url);
      const options = { port, path: `${path}/o/.well-known/openid-configuration`, headers: { host: 'evil.example' } };
      get({ host: '127.0.0.1', ...options }, async (response) => {
        response.setEncoding('utf8');
        resolve((await response.toArray()).join(''));
      }).on('error', reject);
    });
    t.deepEqual(JSON.parse(answer), plain.body);
  }
});

test('people who type another name of this machine come to the one that cookies are kept for', async (t) => {
  const other = q.url.replace('127.0.0.1', 'localhost');
  const page = await fetch(`${other}/o/device/?user_code=X`, { headers: { accept: 'text/html' }, redirect: 'manual' });
  t.is(page.headers.get('location'), `${q.url}/o/device/?user_code=X`);
  const program = await fetch(`${other}/o/.well-known/openid-configuration`);
  t.is(((await program.json()) as { issuer: string }).issuer, `${q.url}/o`);
});

test('paths work with and without their trailing slash', async (t) => {
  for (const path of ['/token', '/revoke_token', '/introspect', '/device-authorization', '/par']) {
    for (const slash of ['', '/']) {
      const response = await fetch(`${q.url}/o${path}${slash}`, { method: 'POST' });
      t.is(response.status, 400, path + slash);
    }
  }
  t.is(canonicalPath('/AUTHORIZE/aBc/'), '/authorize/aBc');
  t.is(canonicalPath('/Logout/Confirm/'), '/logout/confirm');
  t.is(canonicalPath('/token//'), '/token/');
  t.is(canonicalPath('/tokens'), '/tokens');
  t.is((await fetch(`${q.url}/o/userinfo`)).status, 401);
  t.is((await fetch(`${q.url}/o/authorize`, { redirect: 'manual' })).status, 400);
});

test('the key set holds public keys only and is kept for minutes, not hours', async (t) => {
  const { body, headers } = await read('/o/.well-known/jwks.json');
  const keys = body.keys as Record<string, string>[];
  t.deepEqual([...new Set(keys.map(({ alg }) => alg))].sort(), ['ES256', 'RS256']);
  for (const key of keys) {
    t.is(key.use, 'sig');
    t.truthy(key.kid);
    for (const secret of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k']) t.false(secret in key);
  }
  t.is(headers.get('cache-control'), 'public, max-age=300');
});

test.serial('signing keys are stored sealed, made once, and of no use under another secret key', async (t) => {
  const rows = await q.knex('signing_keys').select();
  t.is(rows.length, 2);
  t.true(rows.every(({ state, public_jwk }) => state === 'current' && !('d' in public_jwk)));
  t.true(rows.every(({ sealed_private_jwk }) => !sealed_private_jwk.toString('latin1').includes('"d"')));
  await t.throwsAsync(loadSigningKeys(q.knex, 'another secret key, also long enough'), { message: /SECRET_KEY/ });
  await q.knex('signing_keys').delete();
  await Promise.all([1, 2, 3].map(() => createProvider(q.services)));
  t.is((await q.knex('signing_keys').select()).length, 2);
});

test.serial('the next and the previous key are published; the current one signs', async (t) => {
  const { config, knex } = q.services;
  const before = await loadSigningKeys(knex, config.secretKey);
  for (const state of ['next', 'previous']) {
    const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
    const about = { kid: `the ${state} one`, alg: 'ES256', use: 'sig' };
    const sealingKey = deriveKey(config.secretKey, 'signing keys');
    await knex('signing_keys').insert({
      kid: about.kid,
      alg: 'ES256',
      state,
      public_jwk: JSON.stringify({ ...(await exportJWK(publicKey)), ...about }),
      sealed_private_jwk: seal(sealingKey, JSON.stringify({ ...(await exportJWK(privateKey)), ...about })),
    });
  }
  const after = await loadSigningKeys(knex, config.secretKey);
  t.is(after.accessTokenKid, before.accessTokenKid);
  t.deepEqual(
    after.private
      .slice(0, 2)
      .map(({ kid }) => kid)
      .sort(),
    before.private.map(({ kid }) => kid).sort(),
  );
  t.is(after.public.length, 4);
  await t.notThrowsAsync(createProvider(q.services));
  await knex('signing_keys').whereNot({ state: 'current' }).delete();
});

test('scripts in a browser may call token, userinfo, keys and documents from where the application lives, never authorize', async (t) => {
  const app = await q.application({ client_type: 'public', redirect_uris: ['https://planner.example/cb'] });
  const token = (origin: string) =>
    fetch(`${q.url}/o/token/`, {
      method: 'POST',
      headers: { origin },
      body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: 'x', client_id: app.clientId }),
    });
  const own = await token('https://planner.example');
  t.is(own.headers.get('access-control-allow-origin'), 'https://planner.example');
  t.is(((await own.json()) as { error: string }).error, 'invalid_grant');
  for (const origin of ['https://evil.example', 'http://planner.example', 'https://planner.example:8443', 'null']) {
    const foreign = await token(origin);
    t.is(foreign.headers.get('access-control-allow-origin'), null);
    t.is(foreign.status, 400);
  }
  for (const path of ['/o/.well-known/jwks.json', '/o/.well-known/openid-configuration']) {
    const { headers } = await read(path, { origin: 'https://anybody.example' });
    t.is(headers.get('access-control-allow-origin'), 'https://anybody.example');
    t.is(headers.get('access-control-allow-credentials'), null);
  }
  const preflight = (path: string) =>
    fetch(`${q.url}${path}`, {
      method: 'OPTIONS',
      headers: { origin: 'https://planner.example', 'access-control-request-method': 'POST' },
    });
  t.is((await preflight('/o/token/')).status, 204);
  t.is((await preflight('/o/userinfo/')).status, 204);
  const authorize = await fetch(q.authorization().address, {
    headers: { origin: 'https://planner.example' },
    redirect: 'manual',
  });
  t.is(authorize.headers.get('access-control-allow-origin'), null);
  t.is((await preflight('/o/authorize/')).headers.get('access-control-allow-origin'), null);
});

test('pages that decide are never framed, never kept and send no code on in a referrer', async (t) => {
  const page = await q.browser().open(q.authorization().address);
  t.regex(page.headers.get('content-security-policy')!, /frame-ancestors 'none'/);
  t.is(page.headers.get('x-frame-options'), 'DENY');
  t.is(page.headers.get('cache-control'), 'no-store');
  t.is(page.headers.get('x-content-type-options'), 'nosniff');
});

test('an address where nothing is says so, to people and to programs', async (t) => {
  const page = await fetch(`${q.url}/o/nothing`, { headers: { accept: 'text/html' } });
  t.is(page.status, 404);
  t.regex(page.headers.get('content-type')!, /html/);
  t.is((await read('/o/nothing', { accept: 'application/json' })).body.error, 'not_found');
});
