import test from 'ava';
import { loadSampleLab } from '../../../api/sample/index.ts';
import { FormBrowser } from '../../harness/form-browser.ts';
import { type Running, start, type TestPerson } from '../../harness/index.ts';
import { pair, signIn, speaking } from './conversation.ts';

let q: Running;
let ada: TestPerson;
let root: TestPerson;
const password = 'a password: with colons';

test.before(async () => {
  q = await start();
  await loadSampleLab(q.services);
  ada = await q.person({ username: 'ada', firstName: 'Ada', lastName: 'Byron', password, rights: { host: ['view'] } });
  root = await q.person({ username: 'root', password, superuser: true });
});
test.after.always(() => q?.close());

const user = async (headers: Record<string, string>) => speaking(q, headers).get<AppUser>('App/user');
interface AppUser {
  token: string | null;
  authorizationToken: string | null;
  language: string;
  user: Record<string, unknown>;
  acl: { table: Record<string, Record<string, string>>; fieldTable: Record<string, unknown> };
  preferences: Record<string, unknown>;
  settings: Record<string, unknown>;
  appParams: Record<string, unknown>;
}

test('§2: GET App/user with a password in Espo-Authorization answers all seven keys and the token', async (t) => {
  const { status, body } = await user({ 'Espo-Authorization': pair('ada', password) });
  t.is(status, 200);
  t.deepEqual(
    ['user', 'acl', 'preferences', 'token', 'settings', 'language', 'appParams'].filter((key) => !(key in body)),
    [],
  );
  t.regex(body.token ?? '', /^[0-9a-f]{32}$/);
  t.is(body.authorizationToken, pair('ada', body.token ?? ''));
  t.like(body.user, {
    id: String(ada.id),
    userName: 'ada',
    name: 'Ada Byron',
    isAdmin: false,
    isActive: true,
    token: body.token,
  });
  t.is(body.preferences.id, String(ada.id));
  t.is(typeof body.appParams.maxUploadSize, 'number');
});

test('§7: the acl table says what the requests then meet', async (t) => {
  const client = await signIn(q, ada);
  const { body } = await client.get<AppUser>('App/user');
  t.deepEqual(body.acl.table.Host, { create: 'no', read: 'all', stream: 'all', edit: 'no', delete: 'no' });
  t.like(body.acl.table.Rack, { read: 'no' });
  t.like(body.acl.table.User, { read: 'own', edit: 'no' });
  t.like(body.acl.table.Role, { create: 'no', read: 'own' });
  for (const [name, { read = 'no', create }] of Object.entries(body.acl.table)) {
    t.is((await client.get(`${name}?maxSize=1`)).status, read === 'no' ? 403 : 200, `${name} ${read}`);
    if (create === 'no') t.true([403, 405].includes((await client.call('POST', name, {})).status), name);
  }
  const all = await (await signIn(q, root)).get<AppUser>('App/user');
  t.deepEqual(all.body.acl.table.Host, { create: 'yes', read: 'all', stream: 'all', edit: 'all', delete: 'all' });
  t.deepEqual(all.body.acl.fieldTable, {});
});

test('§1: each of the three headers opens an entity with the token', async (t) => {
  const { authorizationToken } = await signIn(q, ada);
  const spellings: Record<string, string>[] = [
    { 'Espo-Authorization': authorizationToken },
    { 'Authorization-Token': authorizationToken },
    { Authorization: `Basic ${authorizationToken}` },
    // The seed's own front end sends both.
    { Authorization: `Basic ${authorizationToken}`, 'Espo-Authorization': authorizationToken },
  ];
  for (const headers of spellings) {
    t.is((await speaking(q, headers).get('Host?maxSize=1')).status, 200, JSON.stringify(headers));
  }
});

test('§1.1: Authorization-Token counts before Espo-Authorization, and that before Basic', async (t) => {
  const { authorizationToken } = await signIn(q, ada);
  const bad = pair('ada', '0'.repeat(32));
  const status = async (headers: Record<string, string>) => (await speaking(q, headers).get('Host?maxSize=1')).status;
  t.is(await status({ 'Authorization-Token': bad, 'Espo-Authorization': authorizationToken }), 401);
  t.is(await status({ 'Authorization-Token': authorizationToken, 'Espo-Authorization': bad }), 200);
  t.is(await status({ 'Espo-Authorization': authorizationToken, Authorization: `Basic ${bad}` }), 200);
});

test('§1.2: a password opens entities by Espo-Authorization and Basic, but not as a token', async (t) => {
  const secret = pair('ada', password);
  const status = async (headers: Record<string, string>, path = 'Host?maxSize=1') =>
    (await speaking(q, headers).get(path)).status;
  t.is(await status({ 'Espo-Authorization': secret }), 200);
  t.is(await status({ Authorization: `Basic ${secret}` }), 200);
  t.is(await status({ 'Authorization-Token': secret }), 401);
  t.is(await status({ 'Espo-Authorization': secret, 'Espo-Authorization-By-Token': 'true' }), 401);
  t.is(await status({ 'Authorization-Token': secret }, 'App/user'), 200);
});

test('§1.2: calls by password make no tokens; App/user by token answers that very token', async (t) => {
  const person = await q.person({ username: 'frugal', password, rights: { host: ['view'] } });
  const count = async () => Number((await q.knex('api_tokens').where({ user_id: person.id }).count({ n: '*' }))[0]?.n);
  const client = await signIn(q, person);
  const before = await count();
  await speaking(q, { 'Espo-Authorization': pair('frugal', password) }).get('Host?maxSize=1');
  const { body } = await client.get<AppUser>('App/user');
  t.is(body.authorizationToken, client.authorizationToken);
  t.is(await count(), before);
});

test('§1.2: Authorization-Token-Only leaves all but the token out, however it is written', async (t) => {
  for (const yes of ['true', '1', 'True']) {
    const { body } = await user({ Authorization: `Basic ${pair('ada', password)}`, 'Authorization-Token-Only': yes });
    t.deepEqual(Object.keys(body), ['authorizationToken']);
  }
});

test('§1.3: a token ends with its lifetime, when it rests too long, and when its person is deactivated', async (t) => {
  const person = await q.person({ username: 'mortal', password, rights: { host: ['view'] } });
  const login = (more: Record<string, string>) => user({ 'Espo-Authorization': pair('mortal', password), ...more });
  const opens = async (authorizationToken: string | null) =>
    (await speaking(q, { 'Authorization-Token': authorizationToken ?? '' }).get('Host?maxSize=1')).status;

  const { body: short } = await login({ 'Authorization-Token-Lifetime': '2', 'Authorization-Token-Idletime': '0' });
  const { body: idle } = await login({ 'Authorization-Token-Idletime': '1' });
  const row = (token: string | null) =>
    q
      .knex('api_tokens')
      .where({ user_id: person.id })
      .whereRaw('redacted like ?', [`${token?.slice(0, 2)}%${token?.slice(-4)}`]);
  const [lives] = await row(short.token);
  t.true(Math.abs(lives.expires_at.getTime() - Date.now() - 7_200_000) < 60_000);
  t.like(lives, { lifetime_hours: 2, idle_hours: 0 });
  t.is(await opens(short.authorizationToken), 200);
  await row(short.token).update({ expires_at: new Date(Date.now() - 1000) });
  await row(idle.token).update({
    last_used_at: new Date(Date.now() - 3_700_000),
    created_at: new Date(Date.now() - 9_000_000),
  });
  t.is(await opens(idle.authorizationToken), 401);
  await retry(async () => (await opens(short.authorizationToken)) === 401);

  const { body: last } = await login({});
  t.is(await opens(last.authorizationToken), 200);
  await q.knex('users').where({ id: person.id }).update({ is_active: false });
  await retry(async () => (await opens(last.authorizationToken)) === 401);
  t.is((await login({ 'Authorization-Token-Lifetime': 'soon' })).status, 401);
  t.is(
    (await user({ 'Espo-Authorization': pair('ada', password), 'Authorization-Token-Lifetime': 'soon' })).status,
    400,
  );
});

async function retry(holds: () => Promise<boolean>): Promise<void> {
  for (let n = 0; n < 50; n++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('It did not come to hold');
}

test('§1.3: a changed password ends the tokens that it gave', async (t) => {
  const person = await q.person({ username: 'changer', password, rights: { host: ['view'] } });
  const client = await signIn(q, person);
  t.is((await client.get('Host?maxSize=1')).status, 200);
  await q.knex('users').where({ id: person.id }).update({ password_changed_at: new Date() });
  await retry(async () => (await client.get('Host?maxSize=1')).status === 401);
  t.pass();
});

test("§1.3: destroyAuthToken ends one's own token once, and nobody else's", async (t) => {
  const client = await signIn(q, ada);
  const other = await signIn(q, root);
  const tokenOf = (value: string) => Buffer.from(value, 'base64').toString().split(':')[1];
  const destroy = (token: unknown) => client.call<boolean>('POST', 'App/action/destroyAuthToken', { token });
  t.is((await destroy(tokenOf(other.authorizationToken))).body, false);
  t.is((await other.get('Host?maxSize=1')).status, 200);
  t.is((await client.call('POST', 'App/action/destroyAuthToken', {})).status, 400);
  t.is((await destroy(tokenOf(client.authorizationToken))).body, true);
  await retry(async () => (await client.get('Host?maxSize=1')).status === 401);
});

test('§1.4: wrong, foreign and missing credentials are 401 with a reason', async (t) => {
  const { authorizationToken } = await signIn(q, ada);
  const token = Buffer.from(authorizationToken, 'base64').toString().split(':')[1] ?? '';
  for (const value of [
    pair('root', token),
    pair('ada', 'wrong'),
    pair('nobody', password),
    'not base64!',
    pair('', 'x'),
  ]) {
    const { status, reason, body } = await speaking(q, { 'Espo-Authorization': value }).get('Host');
    t.is(status, 401, value);
    t.truthy(reason);
    t.like(body, { code: 401, message: reason });
  }
  const missing = await q.fetch('/api/v1/Host');
  t.is(missing.status, 401);
  t.truthy(missing.headers.get('www-authenticate'));
  t.is((await speaking(q, {}).get('')).status, 401);
  t.is((await speaking(q, { 'Authorization-Token': authorizationToken }).get('')).status, 200);
});

test('§1.3: AuthToken shows tokens without their secrets, and takes isActive: false alone', async (t) => {
  const person = await q.person({ username: 'keyholder', password });
  const client = await signIn(q, person);
  const { body } = await client.get<{ total: number; list: { id: string; isActive: boolean; userName: string }[] }>(
    'AuthToken',
  );
  t.is(body.total, 1, 'others than superusers see their own');
  t.false(/token"|hash|secret/i.test(JSON.stringify(body)), JSON.stringify(body));
  const { id } = body.list[0] ?? { id: '' };
  const boss = await signIn(q, root);
  t.true((await boss.get<{ total: number }>('AuthToken')).body.total > 1);
  t.is((await boss.call('POST', 'AuthToken', { name: 'x', userId: '1' })).status, 405);
  const ended = await boss.call('PATCH', `AuthToken/${id}`, { isActive: false, userId: String(root.id) });
  t.like(ended.body, { isActive: false, userId: String(person.id) });
  await retry(async () => (await client.get('AuthToken')).status === 401);
  t.is((await boss.call('PUT', `AuthToken/${id}`, { isActive: true })).status, 400);
  t.is((await boss.find('AuthToken', [{ type: 'equals', attribute: 'secretHash', value: 'x' }])).status, 400);
});

test('§1.3: AuthLogRecord tells of sign-ins, refused ones too, without what was typed', async (t) => {
  await user({ 'Espo-Authorization': pair('keyless', 'guess') });
  const boss = await signIn(q, root);
  const { body } = await boss.find<Record<string, unknown>>('AuthLogRecord', [
    { type: 'isTrue', attribute: 'isDenied' },
  ]);
  t.true(body.total > 0);
  t.like(body.list[0], { isDenied: true, denialReason: 'CREDENTIALS' });
  t.is(typeof body.list[0]?.requestTime, 'string');
  const nobody = [{ type: 'equals', attribute: 'authentication', value: 'anonymous' }];
  t.true((await boss.find('AuthLogRecord', nobody)).body.total > 0);
  t.false(JSON.stringify(body).includes('keyless'));
  t.true(
    body.list.some(({ requestMethod, requestUrl }) => `${requestMethod} ${requestUrl}` === 'GET /api/v1/App/user'),
  );
  const own = await (await signIn(q, ada)).get<{ list: { userName: string }[] }>('AuthLogRecord');
  t.deepEqual([...new Set(own.body.list.map(({ userName }) => userName))], ['ada']);
});

test('§1.3: a sign-in says by which request, and nothing that stood in its query', async (t) => {
  const carl = await q.person({ username: 'carl', password });
  const basic = { authorization: `Basic ${pair('carl', password)}` };
  await q.fetch('/api/user/token/?name=my%20secret%20project', { headers: basic });
  const browser = new FormBrowser(q.url);
  await browser.signIn(await browser.open('/accounts/login/?next=/api/part/'), carl);
  const boss = await signIn(q, root);
  const { body } = await boss.find<Record<string, unknown>>('AuthLogRecord', [
    { type: 'equals', attribute: 'userId', value: String(carl.id) },
  ]);
  t.deepEqual(
    body.list.map(({ requestMethod, requestUrl }) => `${requestMethod} ${requestUrl}`),
    ['POST /accounts/login/', 'GET /api/user/token/'],
  );
  t.false(
    JSON.stringify(await q.knex('audit_entries').where({ object_id: String(carl.id) })).includes('secret%20project'),
  );
});

test('A token bound by scopes stays bound here, and can neither make nor end tokens', async (t) => {
  const bound = await q.tokenFor(root, { scopes: ['r:view:host'] });
  const client = speaking(q, { 'Authorization-Token': pair('root', bound) });
  t.is((await client.get('Host?maxSize=1')).status, 200);
  t.is((await client.get('Rack?maxSize=1')).status, 403);
  t.is((await client.call('PUT', 'Host/1', { details: 'x' })).status, 403);
  t.is((await client.call('POST', 'App/action/destroyAuthToken', { token: bound })).status, 403);
  const [host] = (
    await client.get<{ list: Record<string, unknown>[] }>(
      'Host?maxSize=1&where[0][type]=isLinked&where[0][attribute]=rack',
    )
  ).body.list;
  t.truthy(host?.rackId);
  t.is(host?.rackName, null, 'names of what the scopes do not cover are not told');
});
