import test from 'ava';
import { say } from '../../harness/bytes.ts';
import { type Running, start, type TestPerson } from '../../harness/index.ts';
import { pair } from './conversation.ts';

// Requests as AtroCore's documents and its Python client write them, byte for byte.

let q: Running;
let root: TestPerson;
let token: string;
const json = 'Content-Type: application/json';

test.before(async () => {
  q = await start();
  root = await q.person({ username: 'root', password: 'correct: horse battery', superuser: true });
  await q.person({ username: "o'brien" });
  await q.knex.raw(`
    INSERT INTO building (code) VALUES ('B1');
    INSERT INTO lab (name, building_id) VALUES ('North', 1), ('South', 1);
    INSERT INTO rack (number, lab_id) VALUES (1, 1), (2, 1), (3, 1);
    INSERT INTO host_hardware (name) VALUES ('R640');
    INSERT INTO host (hostname, hardware_id, lastseen) VALUES ('alpha', 1, '2026-03-01 12:00Z'), ('beta', 1, NULL);`);
  const { text } = await say(q.url, ['GET /api/v1/App/user', basic(), 'Authorization-Token-Only: True']);
  token = `Authorization-Token: ${JSON.parse(text).authorizationToken}`;
});
test.after.always(() => q?.close());

const basic = (secret = root.password, name = 'root') => `Authorization: Basic ${pair(name, secret)}`;

/** Says it with the token; answers the status and what was answered. */
async function call(request: string, body = '', ...headers: string[]): Promise<[number, unknown]> {
  const { status, text } = await say(q.url, [request, token, ...headers, ...(body === '' ? [] : [json])], body);
  return [status, text === '' ? null : JSON.parse(text)];
}
const total = async (query: string) => (await call(`GET /api/v1/${query}&totalOnly=true`))[1];

test.serial('§1.1: the front end says who it is twice with each call', async (t) => {
  const twice = [basic(), `Espo-Authorization: ${pair('root', root.password)}`];
  for (const byToken of [[], ['Espo-Authorization-By-Token: false'], ['X-Requested-With: XMLHttpRequest']]) {
    t.is((await say(q.url, ['GET /api/v1/App/user', ...twice, ...byToken])).status, 200);
  }
  const strictly = await say(q.url, ['GET /api/v1/App/user', ...twice, 'Espo-Authorization-By-Token: true']);
  t.is(strictly.status, 401);
});

test.serial('§1.2: the Python client asks for the token alone, and says how long it is to live', async (t) => {
  const { status, text, headers } = await say(q.url, [
    'GET /api/v1/App/user',
    'Accept: application/json',
    'User-Agent: OpenAPI-Generator/1.0.0/python',
    'Authorization-Token-Only: True',
    'Authorization-Token-Lifetime: 2',
    'Authorization-Token-Idletime: 1',
    basic(),
  ]);
  t.is(status, 200);
  t.deepEqual(Object.keys(JSON.parse(text)), ['authorizationToken']);
  t.is(headers.get('cache-control'), 'no-store');
});

test.serial('§1.3: a superuser ends tokens by massUpdate, with isActive: false alone', async (t) => {
  const person = await q.person({ username: 'keyholder', password: root.password });
  const { text } = await say(q.url, ['GET /api/v1/App/user', basic(root.password, 'keyholder')]);
  const { token: secret, authorizationToken } = JSON.parse(text);
  const { id } = await q.knex('api_tokens').where({ user_id: person.id }).first('id');
  const update = (isActive: boolean) =>
    call('PUT /api/v1/AuthToken/action/massUpdate', `{"attributes":{"isActive":${isActive}},"ids":["${id}"]}`);
  t.deepEqual(await update(false), [200, { count: 1, ids: [String(id)] }]);
  t.is((await update(true))[0], 400);
  const end = ['POST /api/v1/App/action/destroyAuthToken', `Authorization-Token: ${authorizationToken}`, json];
  t.is((await say(q.url, end, `{"token":"${secret}"}`)).status, 401, 'it has ended');
});

test.serial('§1.4: a page’s script is never asked by a dialog of the browser', async (t) => {
  const asks = async (...headers: string[]) => {
    const { status, headers: answered } = await say(q.url, ['GET /api/v1/App/user', ...headers]);
    t.is(status, 401);
    return answered.get('www-authenticate') ?? '';
  };
  const script = 'X-Requested-With: XMLHttpRequest';
  t.regex(await asks(), /Basic/);
  t.notRegex(await asks(script), /Basic/);
  t.notRegex(await asks(script, basic('wrong')), /Basic/);
  t.not(await asks(script, basic('wrong')), '', 'a 401 names a way in');
});

test.serial('§1.4: Settings and I18n take anybody, and credentials that are no good for nobody’s', async (t) => {
  for (const path of ['Settings', 'I18n?locale=de_DE&default=1']) {
    const ask = async (...headers: string[]) => {
      const { status, text } = await say(q.url, [`GET /api/v1/${path}`, ...headers]);
      t.is(status, 200, path);
      return text;
    };
    const open = await ask();
    for (const bad of [
      basic('wrong'),
      `Authorization-Token: ${pair('root', '0'.repeat(32))}`,
      'Espo-Authorization: not base64!',
    ])
      t.is(await ask(bad), open, bad);
  }
  const known = await say(q.url, ['GET /api/v1/Settings', token]);
  t.true('coreVersion' in JSON.parse(known.text));
  t.is((await say(q.url, ['GET /api/v1/Metadata', basic('wrong')])).status, 401);
});

test.serial('§3: ids of other systems name nothing here', async (t) => {
  for (const path of ['Product/2d643ca0gff7rh7c6', 'Product/a99060ec2fc0ddad2', 'User/system']) {
    t.is((await call(`GET /api/v1/${path}`))[0], 404, path);
  }
});

test.serial(
  '§4: a record may come with forceDuplicate, _silentMode and permanently; without its type it is not read',
  async (t) => {
    const [status, made] = await call(
      'POST /api/v1/Building',
      '{"code":"Z1","forceDuplicate":true,"_silentMode":true}',
    );
    t.is(status, 200);
    const { id } = made as { id: string };
    const typeless = await say(q.url, [`PUT /api/v1/Building/${id}`, token], '{"code":"Z2"}');
    t.is(JSON.parse(typeless.text).code, 'Z1');
    t.like((await call(`PUT /api/v1/Building/${id}`, '{"code":"Z2"}'))[1], { code: 'Z2' });
    t.deepEqual(await call(`DELETE /api/v1/Building/${id}`, '', 'permanently: true'), [200, true]);
  },
);

test.serial('§4.1: parameters left empty ask for nothing', async (t) => {
  const empty = 'offset=&maxSize=&sortBy=&asc=&select=&where=&q=&textFilter=&primaryFilter=';
  t.deepEqual(await total(`Host?${empty}`), { total: 2 });
  t.deepEqual(await total('Host?textFilter=alpha'), { total: 1 });
  t.like(await call('GET /api/v1/Host?offset=0&maxSize=1&sortBy=hostname&asc=False&select=hostname'), [
    200,
    { total: 2, list: [{ id: '2', deleted: false, name: 'beta', hostname: 'beta' }] },
  ]);
});

test.serial('§4.2: where as PHP, as the API page and as Python write it', async (t) => {
  const or = 'where[0][type]=or&where[0][value][0][attribute]=name';
  t.deepEqual(await total(`Host?${or}&where[0][value][0][type]=like&where[0][value][0][value]=al%25`), { total: 1 });
  const page =
    '["{\\n  \\"type\\": \\"equals\\",\\n  \\"attribute\\": \\"hostname\\",\\n  \\"value\\": \\"beta\\"\\n}"]';
  t.deepEqual(await total(`Host?where=${encodeURIComponent(page)}`), { total: 1 });
  const python =
    'where=%7B%27type%27%3A%20%27equals%27%2C%20%27attribute%27%3A%20%27userName%27%2C%20%27value%27%3A%20%22o%27brien%22%7D,%7B%27type%27%3A%20%27isNull%27%2C%20%27attribute%27%3A%20%27lastAccess%27%7D&asc=True';
  t.deepEqual(await total(`User?${python}`), { total: 1 });
});

test.serial('§4.2: moments are compared by all their words, and by zone', async (t) => {
  for (const [type, value, found] of [
    ['on', '2026-03-01 12:00:00', 1],
    ['notOn', '2026-03-01 12:00:00', 1],
    ['after', '2026-03-01 11:00:00', 1],
    ['before', '2026-03-01 11:00:00', 0],
    ['lessThan', '2026-03-01 12:00:00', 0],
    ['lessThanOrEquals', '2026-03-01 12:00:00', 1],
    ['greaterThanOrEquals', '2026-03-01 12:00:00', 1],
    ['nextXDays', 3, 0],
    ['nextMonth', null, 0],
  ] as const) {
    const where = [{ type, attribute: 'lastseen', value, dateTime: true, timeZone: 'Europe/Berlin' }];
    t.deepEqual(await total(`Host?where=${encodeURIComponent(JSON.stringify(where))}`), { total: found }, type);
  }
});

test.serial('§5: following and relating take no body and no type, as the Python client sends them', async (t) => {
  const bare = async (request: string) => {
    const { status, text } = await say(q.url, [request, token, 'Accept: application/json', 'Content-Length: 0']);
    return [status, JSON.parse(text)];
  };
  t.like(await bare('PUT /api/v1/Host/1/subscription'), [200, { message: 'You follow this now.' }]);
  t.deepEqual(await bare('DELETE /api/v1/Host/1/subscription'), [200, true]);
  await q.knex.raw(`INSERT INTO groups (id, name) VALUES (901, 'one'), (902, 'two')`);
  const relation = (ids: string) => `/api/v1/Team/users/relation?ids=${ids}&foreignIds=${root.id}`;
  t.deepEqual(await bare(`POST ${relation('901,902,999')}`), [200, { message: 'Linked: 2' }]);
  t.deepEqual(await bare(`DELETE ${relation('901,902')}`), [200, { message: 'Unlinked: 2' }]);
  t.is((await bare(`POST ${relation('998,999')}`))[0], 400);
});

test.serial('§5: links are made and taken away by id, by ids and all at once', async (t) => {
  await q.knex.raw(`INSERT INTO groups (id, name) VALUES (903, 'three')`);
  const { id } = await q.person({ username: 'linked' });
  const users = '/api/v1/Team/903/users';
  t.deepEqual(await call(`POST ${users}`, `{"id":"${id}","ids":["${id}","${root.id}"]}`), [200, true]);
  t.deepEqual(await call(`DELETE ${users}`, `{"ids":["${id}"]}`), [200, true]);
  t.is((await call(`DELETE ${users}?ids=${id}`))[0], 404);
  t.deepEqual(await call('POST /api/v1/Team/action/unlinkAll', '{"id":"903","link":"users"}'), [200, true]);
  t.deepEqual(await call(`GET ${users}`), [200, { total: 0, list: [] }]);
});

test.serial('§5: mass calls take ids or a where', async (t) => {
  const where = '"where":[{"type":"equals","attribute":"number","value":3}],"byWhere":true';
  const done = [200, { count: 1, ids: ['3'] }];
  t.deepEqual(await call('POST /api/v1/Rack/action/massFollow', `{${where}}`), done);
  t.deepEqual(await call('POST /api/v1/Rack/action/massUnfollow', '{"ids":["3"]}'), done);
  const attributes = `{"attributes":{"comment":"x"},${where},"selectData":{}}`;
  t.deepEqual(await call('PUT /api/v1/Rack/action/massUpdate', attributes), done);
  t.deepEqual(await call('POST /api/v1/Rack/action/massDelete', `{${where}}`), done);
  const upsert = '[{"entity": "User", "payload": {"userName": "made", "emailAddress": "made@lab.example"}}]';
  const [status, made] = await call('POST /api/v1/MassActions/action/upsert', upsert, 'Use-Queue: true');
  t.like([status, (made as object[])[0]], [200, { status: 'Created', stored: true }]);
});

test.serial('§6: searches, streams and preferences as they are written there', async (t) => {
  t.deepEqual(await call('GET /api/v1/GlobalSearch?q=&offset=&maxSize='), [200, { total: 0, list: [] }]);
  t.like((await call('GET /api/v1/GlobalSearch?q=alpha&offset=0&maxSize=20'))[1], { total: 1 });
  t.is((await call('GET /api/v1/GlobalSearch?q=alpha&offset=x'))[0], 400);
  t.is((await call('GET /api/v1/Host/1/stream?offset=0&maxSize=5&after=2026-01-01%2000:00:00&filter='))[0], 200);
  const own = `/api/v1/Preferences/${root.id}`;
  t.like((await call(`PATCH ${own}`, '{"dashboardLayout":[{"name":"My own","layout":[]}]}'))[1], {
    dashboardLayout: [{ name: 'My own', layout: [] }],
  });
  const reset = await call('POST /api/v1/Preferences/action/resetDashboard', `{"id":"${root.id}"}`);
  t.like(reset, [200, { dashboardLayout: [] }]);
});

test.serial('What is not there is 404 or 405, in the words of this API', async (t) => {
  for (const [request, status] of [
    ['GET /api/v1/background', 404],
    ['GET /api/v1/LastViewed', 404],
    ['GET /api/v1/Dashlet/Records', 404],
    ['GET /api/v1/Host/layout/list', 404],
    ['POST /api/v1/Admin/clearCache', 404],
    ['POST /api/v1/Rack/action/massRestore', 404],
    ['PUT /api/v1/Settings', 405],
    ['POST /api/v1/User/passwordChangeRequest', 405],
  ] as const) {
    const [answered, body] = await call(request, request.startsWith('GET') ? '' : '{}');
    t.is(answered, status, request);
    t.like(body as object, { code: status });
  }
});
