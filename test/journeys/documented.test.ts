import test from 'ava';
import { type Running, start, type TestPerson } from '../harness/index.ts';

// What the documents of Cores, InvenTree and AtroCore promise to whoever calls their API, in their own words. Qore's are
// in test/faces/table/seed.test.ts.

let q: Running;
let root: TestPerson;
let reader: TestPerson;

test.before(async () => {
  q = await start();
  root = await q.person({ username: 'root', password: 'correct horse battery', superuser: true });
  reader = await q.person({ username: 'reader', password: 'battery horse', rights: { part: ['view'] } });
  await q.knex.raw(`INSERT INTO part (name) VALUES ('Wheel');
    INSERT INTO building (code) VALUES ('B1')`);
});
test.after.always(() => q?.close());

const base64 = (...words: string[]): string => Buffer.from(words.join(':')).toString('base64');

test('Cores: «GET /api/» names the lists, without credentials', async (t) => {
  const { status, body, headers } = await q.json<Record<string, string>>('/api/');
  t.is(status, 200);
  t.is(headers.get('content-type'), 'application/json');
  for (const list of ['hdvendor', 'hosthardware', 'hosttype', 'lab', 'rack', 'building', 'card', 'cardtype', 'nicbyid'])
    t.is(body[`inventory/${list}`], `${q.url}/api/inventory/${list}/`);
  for (const list of ['inventory/hostbyid', 'booking/bookable', 'booking/booking', 'auth/users', 'auth/groups']) {
    t.is(body[list], `${q.url}/api/${list}/`);
    t.is((await q.fetch(body[list] ?? '', { as: root })).status, 200, 'and each of them is there');
  }
});

test('Cores: «The key should be prefixed by the string literal "Token", with whitespace separating the two strings»', async (t) => {
  const key = await q.tokenFor(reader);
  for (const authorization of [`Token ${key}`, `Token  ${key}`, `token ${key}`]) {
    t.is((await q.fetch('/api/part/', { headers: { authorization } })).status, 200, authorization);
  }
  t.is((await q.fetch('/api/part/', { headers: { authorization: `Token${key}` } })).status, 401);
});

test('Cores: «To check whether you’re authenticated, you can make a GET request to /api/auth-test»', async (t) => {
  t.is((await q.fetch('/api/auth-test')).status, 401);
  const { status, body } = await q.json<string>('/api/auth-test', { as: await q.tokenFor(reader) });
  t.is(status, 200);
  t.regex(body, /reader\.?$/);
});

test('Cores: «you’ll most probably have read only access if you are an anonymous user»', async (t) => {
  t.is((await q.fetch('/api/booking/bookable/')).status, 200);
  for (const path of ['booking/bookable', 'inventory/building', 'booking/booking'])
    t.is((await q.fetch(`/api/${path}/`, { json: {} })).status, 401, path);
});

test('Cores: «You can also see a browsable version of the majority of the endpoints where you can craft requests in the browser»', async (t) => {
  const browser = {
    accept: 'text/html,application/xhtml+xml',
    authorization: `Basic ${base64('root', root.password)}`,
  };
  for (const path of [
    '/api/',
    '/api/inventory/building/',
    '/api/inventory/building/1/',
    '/api/part/1/',
    '/api/user/me/',
  ]) {
    const answer = await q.fetch(path, { headers: browser });
    t.is(answer.status, 200, path);
    t.regex(answer.headers.get('content-type') ?? '', /^text\/html/, path);
    await answer.text();
  }
  t.regex(await (await q.fetch('/api/inventory/building/', { headers: browser })).text(), /<form[^>]+method="post"/i);
});

test('Cores: «Documentation for API endpoints and implementation code snippets are generated on the fly at /api/docs»', async (t) => {
  const moved = await q.fetch('/api/docs/');
  t.is(new URL(moved.headers.get('location') ?? '', q.url).pathname, '/api-doc/');
});

test('InvenTree: «the API documentation is available at http://127.0.0.1:8000/api-doc/»', async (t) => {
  const overview = await q.fetch('/api-doc/', { headers: { accept: 'text/html' } });
  t.is(overview.status, 200);
  const [, group = ''] = /href="(\/api-doc\/[a-z-]+\/?)"/.exec(await overview.text()) ?? [];
  const page = await (await q.fetch(group, { headers: { accept: 'text/html' } })).text();
  for (const language of ['curl', 'Python', 'JavaScript']) t.true(page.includes(language), language);
});

test('InvenTree: «Users must be authenticated to gain access to the API. The API accepts either basic username:password authentication, or token authentication»', async (t) => {
  t.is((await q.fetch('/api/part/')).status, 401);
  t.is((await q.fetch('/api/part/', { as: reader })).status, 200);
  t.is((await q.fetch('/api/part/', { as: { ...reader, password: 'wrong' } })).status, 401);
});

test('InvenTree: «perform a GET request to /api/user/token/. No data are required»; «This token is persistent for that user»', async (t) => {
  const ask = () => q.json<{ token: string }>('/api/user/token/', { as: reader });
  const first = await ask();
  t.is(first.status, 200);
  t.is((await ask()).body.token, first.body.token);
  t.is((await q.fetch('/api/user/token/')).status, 401);
  t.is((await q.fetch('/api/part/', { headers: { Authorization: `Token ${first.body.token}` } })).status, 200);
  const form = { AUTHORIZATION: `Token ${first.body.token}`, 'content-type': 'application/x-www-form-urlencoded' };
  t.is((await q.fetch('/api/part/', { headers: form, body: 'limit=1' })).status, 200, 'with data=, as Python sends it');
});

test('InvenTree: tokens «can be used across multiple sessions», «unless invalidated by an administrator»', async (t) => {
  const guest = await q.person({ username: 'guest', password: 'only for today' });
  const { body } = await q.json<{ token: string }>('/api/user/token/', { as: guest });
  const open = async () => (await q.fetch('/api/user/me/', { as: body.token })).status;
  t.deepEqual([await open(), await open()], [200, 200]);
  const { body: list } = await q.json<{ id: number; user: number }[]>('/api/user/tokens/?all_users=true', { as: root });
  const [token] = list.filter(({ user }) => user === guest.id);
  t.is((await q.fetch(`/api/user/tokens/${token?.id}/`, { as: root, method: 'DELETE' })).status, 204);
  // Every process hears of it within a second.
  for (const until = Date.now() + 5000; (await open()) === 200 && Date.now() < until; );
  t.is(await open(), 401);
});

test('InvenTree: «If an API action outside of the user’s role(s) is attempted, the server will respond with a 403 permission error message»', async (t) => {
  for (const [path, method] of [
    ['/api/part/', 'POST'],
    ['/api/part/1/', 'PATCH'],
    ['/api/part/1/', 'DELETE'],
    ['/api/stock/', 'GET'],
  ] as const) {
    const { status, body } = await q.json<{ detail: string }>(path, {
      as: reader,
      method,
      ...(method !== 'GET' && { json: {} }),
    });
    t.is(status, 403, `${method} ${path}`);
    t.truthy(body.detail);
  }
});

test('InvenTree: «a list of the available roles can be retrieved from /api/user/roles/»', async (t) => {
  const roles = async (as: TestPerson) =>
    (await q.json<{ roles: Record<string, string[] | null> }>('/api/user/roles/', { as })).body.roles;
  t.deepEqual((await roles(reader)).part, ['view']);
  t.is((await roles(reader)).stock, null);
  t.deepEqual((await roles(root)).stock?.toSorted(), ['add', 'change', 'delete', 'view']);
});

test('InvenTree: «A default application using a public client with PKCE enabled ships with each instance»; «Superusers can register new applications under the subpath /o/applications/»', async (t) => {
  const query = new URLSearchParams({
    client_id: 'zDFnsiRheJIOKNx6aCQ0quBxECg1QBHtVFDPloJ6',
    redirect_uri: 'http://localhost:29170/',
    response_type: 'code',
    scope: 'openid g:read a:superuser r:change:part r:delete:stock',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
  });
  const begun = await q.fetch(`/o/authorize/?${query}`);
  t.true([302, 303].includes(begun.status));
  t.is(new URL(begun.headers.get('location') ?? '', q.url).origin, q.url, 'it asks who is there, and refuses nothing');
  query.delete('code_challenge');
  const without = await q.fetch(`/o/authorize/?${query}`);
  t.regex(without.headers.get('location') ?? '', /error=invalid_request/);
  t.not((await q.fetch('/o/applications/')).status, 200);
});

test('InvenTree: «The API documentation and schema list the required scopes for every API endpoint in the security sections»', async (t) => {
  const { body } = await q.json<{ paths: Record<string, Record<string, { security?: object[] }>> }>('/api/schema.json');
  const scopes = (path: string, method: string) => JSON.stringify(body.paths[path]?.[method]?.security);
  t.regex(scopes('/api/part/{id}/', 'patch') ?? '', /r:change:part.*a:superuser/);
  t.regex(scopes('/api/stock/{id}/', 'delete') ?? '', /r:delete:stock.*a:superuser/);
  t.regex(scopes('/api/part/', 'get') ?? '', /r:view:part.*g:read.*a:superuser/);
});

test('AtroCore: «Requests needs to have the header: Content-Type: application/json», and the path to the API is api/v1/', async (t) => {
  const headers = { 'Content-Type': 'application/json', Authorization: `Basic ${base64('reader', reader.password)}` };
  const { status, body } = await q.json<{ id: string; name: string }>('/api/v1/Product/1', { headers });
  t.deepEqual([status, body.id, body.name], [200, '1', 'Wheel']);
});

test('AtroCore: «Obtain an access token by GET App/user request with the username and password passed in Espo-Authorization header»', async (t) => {
  const header = (secret: string) => ({ 'Espo-Authorization': base64('reader', secret) });
  const { status, body } = await q.json<Record<string, unknown>>('/api/v1/App/user', {
    headers: header(reader.password),
  });
  t.is(status, 200);
  for (const key of ['token', 'acl', 'preferences', 'user', 'language', 'settings', 'appParams'])
    t.true(key in body, key);
  const token = String(body.token);
  t.is(
    (await q.fetch('/api/v1/Product', { headers: header(token) })).status,
    200,
    '«Use this token instead of password»',
  );
  t.is(
    (await q.fetch('/api/v1/Product', { headers: { Authorization: `Basic ${base64('reader', token)}` } })).status,
    200,
  );
  t.is(
    (await q.fetch('/api/v1/Product', { headers: header('neither') })).status,
    401,
    '«If the request returns 401 error»',
  );
});
