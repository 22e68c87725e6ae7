import test from 'ava';
import { csrfToken, startSession } from '../../shared/identity/sessions.ts';
import { type Issuer, makeIssuer } from '../authentication/issuer.ts';
import { type Mounted, mountApi } from '../authentication/mounted.ts';
import type { TestPerson } from '../harness/index.ts';
import { makeToken } from '../harness/people.ts';

let api: Mounted;
let issuer: Issuer;
let person: TestPerson;
let admin: TestPerson;
let token: string;
let adminToken: string;

test.before(async () => {
  api = await mountApi();
  issuer = await makeIssuer(api.url);
  await issuer.publish(api.knex);
  person = await api.person({ username: 'maker', password: 'a password of maker' });
  admin = await api.person({ username: 'admin', superuser: true });
  token = await makeToken(api.knex, person, null);
  adminToken = await makeToken(api.knex, admin, null);
});
test.after.always(() => api.close());

interface Token {
  id: number;
  token: string;
  name: string;
  expiry: string;
  revoked: boolean;
  active: boolean;
  in_use: boolean;
  user: number;
  scopes: string[] | null;
}
const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

for (const path of ['/api/user/token/', '/api/user/me/token/']) {
  test(`a name gives a token for a year at ${path}, the same one again`, async (t) => {
    const name = `inventree-python-client${path.length}`;
    const first = await api.json<Token>(`${path}?name=${name}`, { as: person });
    t.is(first.status, 200);
    t.is(first.headers.get('content-type'), 'application/json');
    t.is(first.headers.get('cache-control'), 'no-store');
    t.regex(first.body.token, /^inv-[0-9a-f]{40}-\d{8}$/);
    t.deepEqual(first.body, { token: first.body.token, name, expiry: inDays(365) });
    t.deepEqual((await api.json(`${path}?name=${name}`, { as: person })).body, first.body);
    t.is((await api.fetch('/api/auth-test', { as: `Token ${first.body.token}` })).status, 200);
  });
}

test('no name is a name too, and a name is cleaned', async (t) => {
  const none = await api.json<Token>('/api/user/me/token/', { as: person });
  t.is(none.body.name, '');
  const name = encodeURIComponent('  my <b>old</b> phone\u0007 ');
  t.is((await api.json<Token>(`/api/user/me/token/?name=${name}`, { as: person })).body.name, 'my-old-phone');
  const long = await api.json<Token>(`/api/user/me/token/?name=${'x'.repeat(300)}`, { as: person });
  t.is(long.body.name.length, 100);
});

test('a token that is bound by scopes makes no token, ends none and reads none in clear', async (t) => {
  const made = await api.json<Token>('/api/user/tokens/', { as: token, json: { name: 'kept' } });
  const bound = {
    'an access token': `Bearer ${await issuer.token(person, 'g:read r:change:admin r:add:admin a:staff')}`,
    'an access token with everything': `Bearer ${await issuer.token(admin, 'a:superuser')}`,
    'an API token': `Token ${await makeToken(api.knex, admin, ['a:superuser', 'g:read'])}`,
  };
  for (const [what, as] of Object.entries(bound)) {
    const answers = await Promise.all([
      api.fetch('/api/user/token/?name=x', { as }),
      api.fetch('/api/user/me/token/?name=x', { as }),
      api.fetch('/api/user/tokens/', { as, json: { name: 'x' } }),
      api.fetch(`/api/user/tokens/${made.body.id}/`, { as, method: 'DELETE' }),
      api.fetch('/api/api_tokens', { as, json: { device_name: 'x' } }),
    ]);
    t.deepEqual(
      answers.map(({ status }) => status),
      [403, 403, 403, 403, 403],
      what,
    );
    const list = await api.fetch('/api/user/tokens/?all_users=true', { as });
    t.false((await list.text()).includes(made.body.token));
  }
  const still = await api.json<Token>(`/api/user/tokens/${made.body.id}/`, { as: token });
  t.true(still.body.active);
});

test('a token is shown in clear once, listed with stars, and revoked', async (t) => {
  const json = { name: 'nightly job', expiry: inDays(10) };
  const { status, body } = await api.json<Token>('/api/user/tokens/', { as: token, json });
  t.is(status, 201);
  t.is(body.expiry, inDays(10));
  t.is(body.name, 'nightly-job');
  t.is((await api.fetch('/api/auth-test', { as: `Token ${body.token}` })).status, 200);

  const { body: listed } = await api.json<Token[]>('/api/user/tokens/?search=nightly', { as: token });
  t.is(listed.length, 1);
  t.regex(listed[0]?.token ?? '', /^inv-[0-9a-f]{4}\*+[0-9a-f]{3}-\d{8}$/);
  t.is(listed[0]?.token.length, body.token.length);

  const own = await api.json<Token[]>('/api/user/tokens/', { as: `Token ${body.token}` });
  t.deepEqual(
    own.body.filter(({ in_use }) => in_use).map(({ id }) => id),
    [body.id],
  );

  t.is((await api.fetch(`/api/user/tokens/${body.id}/`, { as: token, method: 'DELETE' })).status, 204);
  t.is((await api.fetch(`/api/user/tokens/${body.id}/`, { as: token, method: 'DELETE' })).status, 204);
  const gone = await api.json<Token>(`/api/user/tokens/${body.id}/`, { as: token });
  t.true(gone.body.revoked);
  t.false(gone.body.active);
  const revoked = await api.json<Token[]>('/api/user/tokens/?revoked=True', { as: token });
  t.true(revoked.body.some(({ id }) => id === body.id));
  const entries = await api
    .knex('audit_entries')
    .where({ resource: 'token', object_id: String(body.id) })
    .orderBy('id');
  t.deepEqual(
    entries.map(({ action }) => action),
    ['create', 'revoke'],
  );
  t.false(JSON.stringify(entries).includes(body.token));
});

test('a person may make a token with less power than their own', async (t) => {
  const made = await api.json<Token>('/api/user/tokens/', { as: adminToken, json: { scopes: ['r:view:host'] } });
  t.deepEqual(made.body.scopes, ['r:view:host']);
  const as = `Token ${made.body.token}`;
  t.is((await api.fetch('/api/inventory/host/', { as })).status, 200);
  t.is((await api.fetch('/api/inventory/rack/', { as })).status, 403);
  const unknown = await api.json('/api/user/tokens/', { as: token, json: { scopes: ['r:view:everything'] } });
  t.is(unknown.status, 400);
  t.deepEqual(unknown.body, { scopes: ['There is no scope "r:view:everything".'] });
});

test('a token makes none that is more than it is', async (t) => {
  const brief = await api.person({ username: 'brief', password: 'a password of brief' });
  type Made = { id: number; token: string; expiry: string };
  const make = (as: string, json: object) => api.json<Made>('/api/user/tokens/', { as, json });
  const long = await api.json<Made>('/api/user/token/?name=long', { as: brief });
  const { body: few } = await api.json<Made>('/api/user/tokens/', { as: brief, json: { expiry: inDays(3) } });
  const as = `Token ${few.token}`;
  t.is((await make(as, {})).body.expiry, inDays(3));
  t.is((await make(as, { expiry: inDays(2) })).body.expiry, inDays(2));
  const later = await make(as, { expiry: inDays(4) });
  t.is(later.status, 400);
  t.deepEqual(Object.keys(later.body), ['expiry']);
  t.is((await api.fetch('/api/user/token/?name=long', { as })).status, 403);
  t.is((await api.json<Made>('/api/user/token/?name=short', { as })).body.expiry, inDays(3));
  const itself = await api.json<Made>('/api/user/token/?name=long', { as: `Token ${long.body.token}` });
  t.is(itself.body.token, long.body.token);

  const { body: here } = await make(`Token ${long.body.token}`, { addresses: ['127.0.0.0/8', '::1'] });
  const { body: idle } = await make(`Token ${long.body.token}`, {});
  await api.knex('api_tokens').where({ id: idle.id }).update({ idle_hours: 1, last_used_at: new Date() });
  for (const bound of [here, idle]) {
    const bearing = `Token ${bound.token}`;
    t.is((await api.fetch('/api/auth-test', { as: bearing })).status, 200);
    t.is((await make(bearing, {})).status, 403);
    t.is((await api.fetch('/api/user/token/?name=other', { as: bearing })).status, 403);
  }
});

test('other people’s tokens are the superuser’s business only', async (t) => {
  const other = await api.person({ username: 'other' });
  const asOther = await makeToken(api.knex, other, null);
  const { body } = await api.json<Token>('/api/user/tokens/', { as: token, json: { name: 'mine' } });
  const path = `/api/user/tokens/${body.id}/`;
  t.is((await api.fetch(path, { as: asOther })).status, 404);
  t.is((await api.fetch(path, { as: asOther, method: 'DELETE' })).status, 404);
  t.is((await api.fetch('/api/user/tokens/', { as: asOther, json: { user: person.id } })).status, 403);
  const listed = await api.json<Token[]>('/api/user/tokens/?all_users=true', { as: asOther });
  t.deepEqual([...new Set(listed.body.map(({ user }) => user))], [other.id]);

  const all = await api.json<Token[]>('/api/user/tokens/?all_users=true', { as: adminToken });
  t.true(new Set(all.body.map(({ user }) => user)).size > 2);
  const forOther = await api.json<Token>('/api/user/tokens/', { as: adminToken, json: { user: other.id } });
  t.is(forOther.body.user, other.id);
  t.is((await api.fetch(path, { as: adminToken, method: 'DELETE' })).status, 204);
});

test('a list comes in pages when asked, bad input is named', async (t) => {
  const pager = await api.person({ username: 'pager' });
  const as = await makeToken(api.knex, pager, null);
  for (let i = 0; i < 4; i++) await makeToken(api.knex, pager, null);
  type Page = { count: number; next: string | null; previous: string | null; results: Token[] };
  const first = await api.json<Page>('/api/user/tokens/?limit=2&ordering=id', { as });
  t.is(first.body.count, 5);
  t.is(first.body.results.length, 2);
  t.is(first.body.previous, null);
  const second = await api.json<Page>(first.body.next ?? '', { as });
  t.is(second.body.results.length, 2);
  t.true((second.body.results[0]?.id ?? 0) > (first.body.results[1]?.id ?? 0));
  const last = await api.json<Page>(second.body.next ?? '', { as });
  t.is(last.body.next, null);

  t.deepEqual((await api.json('/api/user/tokens/?limit=many', { as })).body, { limit: ['This must be an integer.'] });
  for (const path of ['abc', '0', '99999999999', '1.5']) {
    t.is((await api.json(`/api/user/tokens/${path}/`, { as })).status, 404, path);
  }
  for (const expiry of ['2020-01-01', 'tomorrow', '2031-02-30', '']) {
    const { status, body } = await api.json<Token>('/api/user/tokens/', { as, json: { expiry } });
    t.is(status, expiry ? 400 : 201, expiry);
    if (expiry) t.deepEqual(Object.keys(body), ['expiry']);
  }
});

test('the token page’s interface takes a browser session and nothing else', async (t) => {
  const { secretKey } = api.services.config;
  const value = await startSession(api.knex, { userId: person.id, idleHours: 1, address: null, userAgent: null });
  const headers = {
    cookie: `qm_session=${value}`,
    'sec-fetch-site': 'same-origin',
    'x-xsrf-token': csrfToken(secretKey, value),
  };
  type Made = {
    data: { id: number; device_name: string; abilities: string[]; expiration_date: string };
    token: string;
  };
  const json = { device_name: 'ERP sync', expiration_date: inDays(30) };
  const made = await api.json<Made>('/api/api_tokens', { json, headers });
  t.is(made.status, 201);
  t.is(made.headers.get('cache-control'), 'no-store');
  t.regex(made.body.token, new RegExp(`^${made.body.data.id}\\|qore_[0-9A-Za-z]{40}[0-9a-f]{8}$`));
  t.like(made.body.data, { device_name: 'ERP sync', abilities: ['*'], expiration_date: inDays(30) });
  t.is((await api.fetch('/api/auth-test', { as: `Bearer ${made.body.token}` })).status, 200);

  const list = await api.json<{ data: Made['data'][] }>('/api/api_tokens', { headers });
  t.true(list.body.data.some(({ id }) => id === made.body.data.id));
  t.false(JSON.stringify(list.body).includes(made.body.token));

  const wrong = await api.json('/api/api_tokens', { json: { expiration_date: 'x' }, headers });
  t.is(wrong.status, 422);
  t.deepEqual(wrong.body, { message: 'This field is required.', errors: { device_name: ['This field is required.'] } });

  t.is((await api.fetch('/api/api_tokens', { as: `Bearer ${made.body.token}` })).status, 403);
  t.is((await api.fetch('/api/api_tokens', { as: person })).status, 403);
  const anonymous = await api.json('/api/api_tokens');
  t.is(anonymous.status, 401);
  t.deepEqual(anonymous.body, { message: 'Unauthenticated.' });

  const path = `/api/api_tokens/${made.body.data.id}`;
  t.is((await api.fetch(path, { method: 'DELETE', headers })).status, 204);
  const after = await api.json<{ data: Made['data'][] }>('/api/api_tokens', { headers });
  t.false(after.body.data.some(({ id }) => id === made.body.data.id));
});

test('a link on a foreign page makes no token', async (t) => {
  const value = await startSession(api.knex, { userId: person.id, idleHours: 1, address: null, userAgent: null });
  const headers = { cookie: `qm_session=${value}`, 'sec-fetch-site': 'cross-site' };
  t.is((await api.fetch('/api/user/token/?name=lured', { headers })).status, 403);
  t.is((await api.knex('api_tokens').where({ name: 'lured' })).length, 0);
});
