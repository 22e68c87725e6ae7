import test from 'ava';
import { type Running, start } from '../harness/index.ts';
import { Setting } from '../provider/setting.ts';

// The class: CVE-2024-52287, CVE-2024-38371, CVE-2026-63203, CVE-2021-32701. Scopes are limited in one place whatever
// the grant; test/provider/scopes.test.ts proves it for each, here are the side doors.

const provider = await Setting.open();
let q: Running;
test.before(async () => {
  q = await start();
});
test.after.always(() => Promise.all([provider.close(), q?.close()]));

test('a scope that is asked for twice, in other words or in pieces is no other scope', async (t) => {
  const application = await provider.application({
    grant_types: ['client_credentials'],
    allowed_scopes: ['g:read'],
    service_user_id: (await provider.person({ username: 'robot', service: true })).id,
  });
  const ask = (scope: string) => provider.form('/token/', { grant_type: 'client_credentials', scope }, application);
  t.is((await ask('g:read')).scope, 'g:read');
  for (const scope of [
    'a:superuser',
    'g:read a:superuser',
    'g:read\ta:superuser',
    'G:READ',
    '*',
    'r:*:host',
    'openid',
  ]) {
    const answer = await ask(scope);
    t.is(answer.status, 400, scope);
    t.falsy(answer.access_token);
  }
  t.is((await ask('g:read g:read')).scope, 'g:read');
});

test('a refresh, a second redirect or another resource adds nothing to what was agreed to', async (t) => {
  const ada = await provider.person({ username: 'ada', superuser: true });
  const tokens = await provider.tokens(ada, { scope: 'openid g:read offline_access' });
  t.is((await provider.refresh(tokens.refresh_token, { scope: 'openid g:read a:superuser' })).status, 400);
  t.is((await provider.refresh(tokens.refresh_token, { resource: 'https://evil.example/' })).status, 400);
  const { status, scope } = await provider.refresh(tokens.refresh_token);
  t.is(status, 200, 'a refused wish costs nobody their refresh token');
  t.false(scope.includes('a:'));
});

test('scopes never add to roles, and a scope opens nothing but its own role', async (t) => {
  const reader = await q.person({ username: 'reader', rights: { host: ['view'] } });
  const bearer = await q.bearerFor(reader, ['a:superuser', 'r:add:host', 'r:view:location', 'a:staff']);
  t.is((await q.fetch('/api/inventory/host/', { as: bearer })).status, 200);
  t.is((await q.fetch('/api/inventory/lab/', { as: bearer })).status, 403);
  t.is((await q.fetch('/api/inventory/hosttype/', { as: bearer, json: { name: 'x' } })).status, 403);

  const root = await q.person({ username: 'root', superuser: true });
  const narrow = await q.bearerFor(root, ['r:view:host']);
  t.is((await q.fetch('/api/inventory/host/', { as: narrow })).status, 200);
  for (const path of [
    '/api/inventory/lab/',
    '/api/user/',
    '/api/part/',
    '/api/user/tokens/',
    '/api/booking/booking/',
  ]) {
    t.is((await q.fetch(path, { as: narrow })).status, 403, path);
  }
});

test('two tokens of one person, one after the other on one connection, keep their own scopes', async (t) => {
  const engineer = await q.person({ username: 'engineer', rights: { location: ['view', 'add', 'change'] } });
  const [reads, writes] = await Promise.all([
    q.bearerFor(engineer, ['g:read']),
    q.bearerFor(engineer, ['r:add:location']),
  ]);
  for (let n = 0; n < 5; n++) {
    const made = await q.fetch('/api/inventory/buildingbyid/', { as: writes, json: { code: `B${n}` } });
    t.is(made.status, 201);
    t.is((await q.fetch('/api/inventory/buildingbyid/', { as: reads, json: { code: `C${n}` } })).status, 403);
  }
});
