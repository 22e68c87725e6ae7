import test from 'ava';
import { csrfToken, sessionCookie, startSession } from '../../../shared/identity/sessions.ts';
import { deviceToken, type Refused, type Setting, setting } from './setting.ts';

let q: Setting;
test.before(async () => {
  q = await setting();
});
test.after.always(() => q?.close());

interface Me {
  data: {
    id: number;
    name: string;
    email: string;
    tenants: object[];
    roles: string[];
    permissions: string[];
    token: { id: number; device_name: string; abilities: string[]; expiration_date: string | null } | null;
  };
}

test('GET /api/me with a Bearer token says who I am, and which token I used, never in clear', async (t) => {
  const { status, body, headers } = await q.json<Me>('/api/me', { as: q.root });
  t.is(status, 200);
  t.is(headers.get('set-cookie'), null);
  t.like(body.data, { name: 'root', email: 'root@lab.example', tenants: [] });
  t.like(body.data.token, { device_name: 'ERP sync', abilities: ['*'], expiration_date: null });
  t.true(body.data.permissions.includes('host.delete'));
  t.false(JSON.stringify(body).includes(q.root.split('|')[1] ?? ''));
});

test('GET /api/me says what this very token may do, not more', async (t) => {
  const reader = await q.person({ username: 'reader', rights: { host: ['view', 'add'], location: ['view'] } });
  const token = await q.tokenFor(reader, { scopes: ['g:read'] });
  const { body } = await q.json<Me>('/api/me', { as: token });
  t.deepEqual(body.data.permissions.toSorted(), ['host.view', 'location.view']);
  t.deepEqual(body.data.roles.toSorted(), ['host', 'location']);
  t.is(body.data.tenants.length, 1);
});

test('Without a token it is 401 in words that clients look for, and so it is with one that ended or was revoked', async (t) => {
  const person = await q.person({ username: 'gone' });
  const expired = (await deviceToken(q, person, new Date(Date.now() - 1000))).clear;
  const revoked = await deviceToken(q, person);
  t.is((await q.fetch('/api/me', { as: revoked.clear })).status, 200);
  await q.knex('api_tokens').where({ id: revoked.id }).update({ revoked_at: new Date() });
  for (const as of [undefined, expired, revoked.clear, '7|qore_nonsense']) {
    const asked = { ...(as && { as }) };
    for (const path of [
      '/api/me',
      '/api/endpoints',
      '/api/global-search?query=e',
      '/api/resources/hosts/table/hosts',
    ]) {
      let answer = await q.json<Refused>(path, asked);
      for (let tries = 0; answer.status === 200 && tries < 50; tries++) answer = await q.json<Refused>(path, asked);
      t.is(answer.status, 401, path);
      t.deepEqual(answer.body, { message: 'Unauthenticated.' } as unknown as Refused);
      t.regex(answer.headers.get('www-authenticate') ?? '', /^Bearer/);
    }
  }
});

test('A token is kept as a hash and shown once', async (t) => {
  const { id, clear } = await deviceToken(q, await q.person({ username: 'keeper' }));
  const row = await q.knex('api_tokens').where({ id }).first();
  t.false(JSON.stringify(row).includes(clear.split('|')[1] ?? ''));
});

test('GET /api/endpoints lists the routes, and the resources that I may view', async (t) => {
  interface Endpoints {
    data: { methods: string[]; uri: string; name: string; middleware: string[]; description: string }[];
    resources: { name: string; tables: string[]; label: string }[];
  }
  const { body } = await q.json<Endpoints>('/api/endpoints', { as: q.root });
  const uris = body.data.flatMap(({ methods, uri }) => methods.map((method) => `${method} ${uri}`));
  for (const one of [
    'GET api/me',
    'GET api/endpoints',
    'GET api/resources/{resource_name}/table/{table_name}',
    'GET api/resources/{resource_name}/{id}',
    'POST api/resources/{resource_name}',
    'PUT api/resources/{resource_name}/{id}',
    'PUT api/resources/{resource_name}/{id}/inline/{field_name}',
    'POST api/resources/{resource_name}/actions/{action_name}/{id}',
    'GET api/resources/{resource_name}/logs/{id}',
    'GET api/resources/{resource_name}/field/{field_name}/options',
    'GET api/resources/{resource_name}/create',
    'GET api/global-search',
  ]) {
    t.true(uris.includes(one), one);
  }
  t.deepEqual(
    body.resources.find(({ name }) => name === 'part_categories'),
    { name: 'part_categories', tables: ['part_categories'], label: 'Part categories' },
  );
  const porter = await q.tokenFor(await q.person({ username: 'porter', rights: { location: ['view'] } }));
  const { body: seen } = await q.json<Endpoints>('/api/endpoints', { as: porter });
  const names = seen.resources.map(({ name }) => name);
  t.true(names.includes('racks'));
  t.false(names.includes('parts'));
});

test('Each resource answers to its plural and to its singular; words that name none are 404', async (t) => {
  for (const path of ['hosts/table/hosts', 'host/table/host', 'hosts/table/host']) {
    t.is((await q.fetch(`/api/resources/${path}`, { as: q.root })).status, 200, path);
  }
  for (const path of ['hosts/table/racks', 'nothing/table/nothing', 'hosts/x', 'hosts/1/x', 'hosts/99999999999', '']) {
    const { status, body } = await q.json<Refused>(`/api/resources/${path}`, { as: q.root });
    t.is(status, 404, path);
    t.deepEqual(Object.keys(body), ['message']);
  }
});

test('A browser session reads; it writes with the CSRF token alone, and without it is 419', async (t) => {
  const person = await q.person({ username: 'clerk', rights: { location: ['view', 'add'] } });
  const secret = await startSession(q.knex, { userId: person.id, idleHours: 1, address: null, userAgent: null });
  const cookie = `${sessionCookie}=${secret}`;
  t.is((await q.fetch('/api/resources/buildings/table/buildings', { headers: { cookie } })).status, 200);
  const json = { code: 'S1' };
  const refused = await q.json<Refused>('/api/resources/buildings', { json, headers: { cookie, origin: q.url } });
  t.is(refused.status, 419);
  t.is(refused.body.message, 'CSRF token mismatch.');
  const headers = { cookie, origin: q.url, 'x-xsrf-token': csrfToken(q.services.config.secretKey, secret) };
  t.is((await q.fetch('/api/resources/buildings', { json, headers })).status, 201);
});

test('A token that is bound by scopes does what they say, whatever its person may', async (t) => {
  const person = await q.person({ username: 'boss', superuser: true });
  const as = await q.bearerFor(person, ['g:read']);
  t.is((await q.fetch('/api/resources/buildings/table/buildings', { as })).status, 200);
  const { status, body } = await q.json<Refused>('/api/resources/buildings', { as, json: { code: 'X' } });
  t.is(status, 403);
  t.regex(body.message, /r:add:location/);
});
