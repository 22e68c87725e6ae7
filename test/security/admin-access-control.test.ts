import test from 'ava';
import { startSession } from '../../shared/identity/sessions.ts';
import { type Running, start, type TestPerson } from '../harness/index.ts';

// The class: CVE-2024-3656, CVE-2026-94000, InvenTree #12228. Giving beyond one's own is tested in
// test/people/escalation.test.ts, tokens of scoped tokens in test/me/tokens.test.ts; here the ways around.

let q: Running;
let root: TestPerson;
let clerk: TestPerson;

test.before(async () => {
  q = await start();
  root = await q.person({ username: 'root', superuser: true });
  clerk = await q.person({ username: 'clerk', rights: { admin: ['view', 'add', 'change', 'delete'] } });
});
test.after.always(() => q?.close());

const everything = ['view', 'add', 'change', 'delete'].flatMap((permission) =>
  ['admin', 'host', 'location', 'part', 'stock', 'booking'].map((role) => `r:${permission}:${role}`),
);

test('a token bound by scopes makes no token, whatever the scopes and whoever holds it', async (t) => {
  for (const scopes of [['a:superuser'], everything, ['g:read'], ['a:staff']]) {
    for (const as of [await q.bearerFor(root, scopes), await q.tokenFor(root, { scopes })]) {
      t.is((await q.fetch('/api/user/tokens/', { as, json: { name: 'more' } })).status, 403);
      t.is((await q.fetch('/api/user/me/token/?name=more', { as })).status, 403);
      t.is((await q.fetch('/api/user/token/', { as })).status, 403);
      t.is((await q.fetch('/api/api_tokens', { as, json: { device_name: 'more' } })).status, 403);
    }
  }
  t.is(Number((await q.knex('api_tokens').where({ name: 'more' }).count())[0]?.count), 0);
});

test('tokens open no page of the identity provider', async (t) => {
  const tokens = [
    await q.tokenFor(root),
    await q.bearerFor(root, ['a:superuser']),
    `Basic ${Buffer.from('root:x').toString('base64')}`,
  ];
  const session = await startSession(q.knex, { userId: root.id, idleHours: 1, address: null, userAgent: null });
  for (const as of tokens) {
    for (const path of [
      '/o/applications/',
      '/o/applications/register/',
      '/accounts/',
      '/accounts/tokens/',
      '/api_tokens',
    ]) {
      const answer = await q.fetch(path, { as, headers: { accept: 'text/html', cookie: `qm_session=${session}` } });
      t.is(answer.status, 403, path);
    }
  }
});

test('only superusers see applications; the right to look after people is not enough', async (t) => {
  const session = await startSession(q.knex, { userId: clerk.id, idleHours: 1, address: null, userAgent: null });
  for (const path of ['', 'register/', '1/', '1/update/', '1/delete/', '1/rotate-secret/', '1/disable/']) {
    const answer = await q.fetch(`/o/applications/${path}`, {
      headers: { accept: 'text/html', cookie: `qm_session=${session}` },
    });
    t.is(answer.status, 403, path);
  }
});

test('a write takes no field that its path does not offer, by no trick of JSON', async (t) => {
  const as = await q.tokenFor(clerk);
  const tricks = [
    '{"__proto__":{"is_superuser":true,"is_staff":true},"first_name":"a"}',
    '{"constructor":{"prototype":{"is_superuser":true}},"first_name":"b"}',
    '{"first_name":"c","password":"x","is_service":true,"last_login":"2026-01-01T00:00:00Z","id":1,"pk":1}',
    '{"first_name":"d","is_superuser":false,"is_superuser":"False"}',
  ];
  const before = await q
    .knex('users')
    .where({ id: clerk.id })
    .first('password', 'is_superuser', 'is_staff', 'is_service');
  for (const body of tricks) {
    await q.fetch(`/api/user/${clerk.id}/`, {
      as,
      method: 'PATCH',
      body,
      headers: { 'content-type': 'application/json' },
    });
  }
  const forms = [
    '__proto__[is_superuser]=true',
    'constructor[prototype][is_superuser]=true',
    'first_name=e&is_superuser=true',
  ];
  for (const body of forms) {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    await q.fetch(`/api/user/${clerk.id}/`, { as, method: 'PATCH', body, headers });
  }
  t.deepEqual(
    await q.knex('users').where({ id: clerk.id }).first('password', 'is_superuser', 'is_staff', 'is_service'),
    before,
  );
  t.false(({} as { is_superuser?: boolean }).is_superuser ?? false);
});

test('nobody finds out by filters, search or order what they may not see', async (t) => {
  const reader = await q.person({ username: 'reader', rights: { booking: ['view'], stock: ['view'] } });
  await q.knex('users').where({ id: root.id }).update({ email: 'root@secret.example', password: '$argon2id$findme' });
  const as = await q.tokenFor(reader);
  for (const query of [
    'email=root@secret.example',
    'search=secret.example',
    'username=root',
    'is_superuser=true',
    'password=$argon2id$findme',
    'password__startswith=$argon2',
    'ordering=password',
    'group=1',
    'id=1',
    'pk=1',
  ]) {
    const { status, body } = await q.json<{ username: string }[]>(`/api/user/?${query}`, { as });
    t.is(status, 200, query);
    t.true(
      body.every(({ username }) => username === 'reader'),
      query,
    );
    const counted = await q.json<{ count: number }>(`/api/user/?${query}&limit=1`, { as });
    t.true(counted.body.count <= 1, query);
  }
  for (const path of ['/api/booking/booking/', '/api/stock/', '/api/stock/track/']) {
    for (const query of [
      'owner.password=x',
      'owner__password=x',
      'owner__email=root@secret.example',
      'user__email=x',
    ]) {
      const plain = await (await q.fetch(path, { as })).text();
      t.is(await (await q.fetch(`${path}?${query}`, { as })).text(), plain, 'an unknown parameter tells nothing');
    }
    const text = await (await q.fetch(`${path}?ordering=owner.password,owner__password,-password`, { as })).text();
    t.notRegex(text, /argon2|secret\.example/);
  }
});

test('no answer of the API ever holds a password, a hash or a token', async (t) => {
  const as = await q.tokenFor(root);
  const { body } = await q.json<{ paths: Record<string, { get?: unknown }> }>('/api/schema/?format=json', { as });
  const lists = Object.entries(body.paths).flatMap(([path, item]) => (item.get && !path.includes('{') ? path : []));
  t.true(lists.length > 20);
  for (const path of lists.filter((each) => !/user\/(me\/)?token\/$|schema/.test(each))) {
    const text = await (await q.fetch(`${path}?limit=50`, { as })).text();
    t.notRegex(text, /argon2|pbkdf2_sha256|secret_hash|id_hash|inv-[0-9a-f]{40}/, path);
  }
});
