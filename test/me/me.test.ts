import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { type Mounted, mountApi } from '../authentication/mounted.ts';
import type { TestPerson } from '../harness/index.ts';
import { makeToken } from '../harness/people.ts';

let api: Mounted;
let reader: TestPerson;
let readerToken: string;
let admin: TestPerson;
let adminToken: string;

test.before(async () => {
  api = await mountApi({ instanceName: 'Lab of tests' });
  const rights = { location: ['view'], host: ['view', 'add'], part: ['view'], stock: ['view', 'delete'] } as const;
  reader = await api.person({ username: 'reader', firstName: 'Rea', lastName: 'Der', email: 'r@example.org', rights });
  admin = await api.person({ username: 'admin', superuser: true });
  readerToken = await makeToken(api.knex, reader, null);
  adminToken = await makeToken(api.knex, admin, null);
});
test.after.always(() => api.close());

type Facts = Record<string, unknown>;

test('anybody learns what the server is and where its lists are', async (t) => {
  for (const path of ['/api/', '/api']) {
    const { status, body, headers } = await api.json<Facts>(path);
    t.is(status, 200);
    t.is(headers.get('content-type'), 'application/json');
    t.is(body.server, 'Quartermaster');
    t.is(body.apiVersion, 534);
    t.is(body.instance, 'Lab of tests');
    t.truthy(body.version);
    t.is(body['inventory/host'], `${api.url}/api/inventory/host/`);
    t.is(body['inventory/hostbyid'], `${api.url}/api/inventory/hostbyid/`);
    t.is(body['inventory/nicbyid'], `${api.url}/api/inventory/nicbyid/`);
    t.is(body.database, null);
  }
  t.is((await api.json<Facts>('/api/', { as: adminToken })).body.database, 'PostgreSQL');
});

test('the credentials test answers a sentence that ends in the username', async (t) => {
  for (const path of ['/api/auth-test', '/api/auth-test/']) {
    const { status, body } = await api.json<string>(path, { as: readerToken });
    t.is(status, 200);
    t.true(body.endsWith(' reader'));
    const anonymous = await api.json(path);
    t.is(anonymous.status, 401);
    t.deepEqual(anonymous.body, { detail: 'Authentication credentials were not provided.' });
  }
});

test('a person sees who they are, with their roles when asked as Python asks', async (t) => {
  const { body } = await api.json<Facts>('/api/user/me/', { as: readerToken });
  t.is(body.pk, reader.id);
  t.is(body.username, 'reader');
  t.is(body.email, 'r@example.org');
  t.is((body.profile as Facts).displayname, 'Rea Der');
  t.like(body.groups, [{ name: 'group of reader' }]);
  t.false('roles' in body);
  t.deepEqual((await api.json('/api/user/me/?roles=maybe', { as: readerToken })).body, {
    roles: ['This must be a boolean.'],
  });
  for (const word of ['True', 'true', '1']) {
    const asked = await api.json<Facts>(`/api/user/me/?roles=${word}`, { as: readerToken });
    t.deepEqual((asked.body.roles as Facts).host, ['view', 'add', 'change']);
  }
});

test('the body that Python clients send with a GET does no harm', async (t) => {
  const headers = { authorization: `Token ${readerToken}`, 'content-type': 'application/json', 'content-length': '2' };
  const sent = httpRequest(`${api.url}/api/user/me/?format=json`, { method: 'GET', headers }).end('{}');
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  t.is(response.statusCode, 200);
  t.is(((await json(response)) as Facts).username, 'reader');
});

test('a person changes their name and address, nothing else, and it is audited', async (t) => {
  const person = await api.person({ username: 'changer', email: 'old@example.org' });
  const as = await makeToken(api.knex, person, null);
  const all = await api.json<Facts>('/api/user/me/', { as });
  const json = { ...all.body, first_name: 'Cha', email: 'new@example.org', is_superuser: true, username: 'root' };
  const { status, body } = await api.json<Facts>('/api/user/me/', { as, method: 'PATCH', json });
  t.is(status, 200);
  t.is(body.first_name, 'Cha');
  t.is(body.email, 'new@example.org');
  t.is(body.username, 'changer');
  t.false(body.is_superuser);
  const [entry] = await api.knex('audit_entries').where({ actor_id: person.id, action: 'update' });
  t.deepEqual(entry.changes.email, { old: 'old@example.org', new: 'new@example.org' });
  t.is((await api.json('/api/user/me/', { as, method: 'PATCH', json: { email: '' } })).status, 200);
});

test('what is wrong with a change is said beside its field', async (t) => {
  const patch = (json: unknown) => api.json('/api/user/me/', { as: readerToken, method: 'PATCH', json });
  const { status, body } = await patch({ first_name: 'x'.repeat(151), email: 'nowhere', last_name: 5 });
  t.is(status, 400);
  t.deepEqual(body, {
    first_name: ['This may have at most 150 characters.'],
    last_name: ['This must be a string.'],
    email: ['This must be an e-mail address.'],
  });
  t.is((await patch({ first_name: 'a\0b' })).status, 400);
  t.is((await patch([1])).status, 400);
  t.is((await api.json('/api/user/me/', { as: readerToken, method: 'DELETE' })).status, 405);
});

test('a token that may only read does not change its person', async (t) => {
  const as = await makeToken(api.knex, reader, ['g:read']);
  t.is((await api.json('/api/user/me/', { as })).status, 200);
  t.is((await api.json('/api/user/me/', { as, method: 'PATCH', json: { first_name: 'x' } })).status, 403);
});

for (const path of ['/api/user/me/roles/', '/api/user/roles/']) {
  test(`every role is named at ${path}, null where there is nothing`, async (t) => {
    const { body } = await api.json<Facts>(path, { as: readerToken });
    t.deepEqual(Object.keys(body), ['user', 'username', 'roles', 'permissions', 'is_staff', 'is_superuser']);
    t.is(body.user, reader.id);
    t.deepEqual(body.roles, {
      admin: null,
      location: ['view'],
      host: ['view', 'add', 'change'],
      booking: null,
      part_category: null,
      part: ['view'],
      stock_location: null,
      stock: ['view', 'change', 'delete'],
      bom: ['view'],
      build: null,
      purchase_order: null,
      sales_order: null,
      return_order: null,
      transfer_order: null,
    });
    const permissions = body.permissions as Facts;
    t.deepEqual(permissions.host, ['add', 'change', 'view']);
    t.deepEqual(permissions.rack, ['view']);
    t.deepEqual(permissions.part, ['view']);
    t.deepEqual(permissions.stockitem, ['change', 'delete', 'view']);
    t.false('booking' in permissions);
  });
}

test('a superuser has every role in full', async (t) => {
  const { body } = await api.json<Facts>('/api/user/me/roles/', { as: adminToken });
  const all = ['view', 'add', 'change', 'delete'];
  const { build, purchase_order, sales_order, return_order, transfer_order, ...ours } = body.roles as Facts;
  t.true(Object.values(ours).every((held) => JSON.stringify(held) === JSON.stringify(all)));
  t.deepEqual([build, purchase_order, sales_order, return_order, transfer_order], [null, null, null, null, null]);
  t.true(body.is_superuser);
});

test('there are no plugins', async (t) => {
  t.deepEqual((await api.json('/api/plugins/', { as: readerToken })).body, []);
});

test('a change of roles shows at once', async (t) => {
  const person = await api.person({ username: 'promoted' });
  const as = await makeToken(api.knex, person, null);
  const mine = async () => (await api.json<{ is_staff: boolean }>('/api/user/me/roles/', { as })).body.is_staff;
  t.false(await mine());
  await api.knex('users').where({ id: person.id }).update({ is_staff: true });
  await sleep(300);
  t.true(await mine());
});

test('the resource metadata names our issuer, with and without the path of the resource', async (t) => {
  for (const suffix of ['', '/api', '/api/']) {
    const answer = await api.json<Facts>(`/.well-known/oauth-protected-resource${suffix}`);
    t.is(answer.status, 200);
    t.is(answer.headers.get('access-control-allow-origin'), '*');
    t.is(answer.body.resource, `${api.url}/api/`);
    t.deepEqual(answer.body.authorization_servers, [`${api.url}/o`]);
    t.true((answer.body.scopes_supported as string[]).includes('r:add:host'));
  }
});
