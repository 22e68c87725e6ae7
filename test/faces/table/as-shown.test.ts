import test from 'ava';
import { csrfToken, sessionCookie, startSession } from '../../../shared/identity/sessions.ts';
import { say } from '../../harness/bytes.ts';
import { type Labelled, type Setting, setting, type Table } from './setting.ts';

// Requests to Qore's paths as its conventions write them, byte for byte, beside those of its own document.

let q: Setting;
let bearer: string;
const json = 'Content-Type: application/json';
const multipart = 'Content-Type: multipart/form-data; boundary=XX';
const urlencoded = 'Content-Type: application/x-www-form-urlencoded';
const labs = '/api/resources/labs/table/labs';

test.before(async () => {
  q = await setting();
  bearer = `Authorization: Bearer ${q.root}`;
});
test.after.always(() => q?.close());

async function call<Body = { data: Record<string, unknown> }>(request: string, body = '', ...headers: string[]) {
  const type = body === '' || headers.some((line) => /^content-type/i.test(line)) ? [] : [json];
  const { text, ...said } = await say(q.url, [request, bearer, ...headers, ...type], body);
  return { ...said, body: (text === '' ? null : JSON.parse(text)) as Body };
}

const parts = (fields: readonly (readonly [string, string | number])[]) =>
  [
    ...fields.map(([name, value]) => `--XX\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`),
    '--XX--\r\n',
  ].join('');

test('§2.2: the scheme may be written in any case, and a token beside an Origin makes no session', async (t) => {
  for (const scheme of ['Bearer', 'bearer', 'BEARER']) {
    const from = [`Origin: ${q.url}`, `Referer: ${q.url}/`];
    const { status, headers } = await say(q.url, ['GET /api/me', `Authorization: ${scheme} ${q.root}`, ...from]);
    t.is(status, 200, scheme);
    t.is(headers.get('set-cookie'), null);
  }
});

test('§2.2: of two Bearer headers that became one the first counts', async (t) => {
  const { status } = await say(q.url, ['GET /api/me', `Authorization: Bearer ${q.root}, Bearer nonsense`]);
  t.is(status, 200);
  t.is((await say(q.url, ['GET /api/me', `Authorization: Bearer nonsense, ${q.root}`])).status, 401);
});

test('§2.2: a page fetches /sanctum/csrf-cookie and sends it back with what it writes', async (t) => {
  const person = await q.person({ username: 'page', rights: { location: ['view', 'add', 'change'] } });
  const secret = await startSession(q.knex, { userId: person.id, idleHours: 1, address: null, userAgent: null });
  const session = [`Cookie: ${sessionCookie}=${secret}`, `Origin: ${q.url}`];
  const fetched = await say(q.url, ['GET /sanctum/csrf-cookie', ...session]);
  t.is(fetched.status, 204);
  const [, token = ''] =
    /^XSRF-TOKEN=([^;]+); path=\/; samesite=lax$/i.exec(fetched.headers.get('set-cookie') ?? '') ?? [];
  const write = (more: string[]) =>
    say(q.url, ['POST /api/resources/buildings', json, ...session, ...more], '{"code":"XS"}');
  t.is((await write([])).status, 419);
  t.is((await write([`X-XSRF-TOKEN: ${decodeURIComponent(token)}`])).status, 201);
  const stranger = await say(q.url, ['GET /sanctum/csrf-cookie', `Origin: ${q.url}`]);
  t.deepEqual([stranger.status, stranger.headers.get('set-cookie')], [204, null]);
});

test('§2.4: the token page’s own calls make a token, list it and end it', async (t) => {
  const person = await q.person({ username: 'holder', rights: { location: ['view'] } });
  const secret = await startSession(q.knex, { userId: person.id, idleHours: 1, address: null, userAgent: null });
  const session = [`Cookie: ${sessionCookie}=${secret}`, `Origin: ${q.url}`];
  const csrf = csrfToken(q.services.config.secretKey, secret);
  const body = '{"device_name":"ERP sync","expiration_date":"2027-01-31","abilities":["*"]}';
  const post = (...more: string[]) => say(q.url, ['POST /api/api_tokens', json, ...session, ...more], body);
  t.is((await post()).status, 419);
  const made = await post(`X-XSRF-TOKEN: ${csrf}`);
  t.is(made.status, 201);
  t.is(made.headers.get('cache-control'), 'no-store');
  const { token, data } = JSON.parse(made.text);
  t.like(data, { device_name: 'ERP sync', abilities: ['*'], expiration_date: '2027-01-31', last_used_at: null });
  t.true(token.startsWith(`${data.id}|qore_`));
  const listed = await say(q.url, ['GET /api/api_tokens', ...session]);
  t.deepEqual(JSON.parse(listed.text).data, [data]);
  const end = [`DELETE /api/api_tokens/${data.id}`, ...session, `X-CSRF-TOKEN: ${csrf}`];
  t.is((await say(q.url, end)).status, 204);
  t.is((await say(q.url, ['GET /api/me', `Authorization: Bearer ${token}`])).status, 401);
});

test('§3: Prefer is heard in either spelling, without a blank, and from the second of two lines', async (t) => {
  for (const lines of [
    ['Prefer: return:minimal'],
    ['prefer:return:minimal'],
    ['Prefer: return=minimal'],
    ['Prefer: respond-async', 'Prefer: return:minimal'],
  ]) {
    const { headers, body } = await call(`GET ${labs}`, '', ...lines);
    t.deepEqual(Object.keys(body), ['data', 'meta'], lines.join());
    t.is(headers.get('preference-applied'), 'return=minimal');
  }
});

test('§3: a minimal answer to a write is the id, with the status it has anyway', async (t) => {
  const minimal = 'Prefer: return:minimal';
  const made = await call('POST /api/resources/buildings', '{"code":"P1"}', minimal);
  const { id } = made.body.data;
  t.deepEqual([made.status, made.body], [201, { data: { id } }]);
  const put = await call(`PUT /api/resources/buildings/${id}`, '{"code":"P2"}', minimal);
  t.deepEqual([put.status, put.body], [200, { data: { id } }]);
  const inline = await call(`PUT /api/resources/buildings/${id}/inline/code`, '{"code":"P3"}', minimal);
  t.deepEqual([inline.status, inline.body], [200, { data: { id } }]);
});

test('§4: the body of a GET counts when it is JSON and framed, whole or in chunks', async (t) => {
  const asked = '{"search_columns":{"name":"radio"}}';
  const found = async (body: string, ...headers: string[]) =>
    (await call<Table>(`GET ${labs}`, body, ...headers)).body.meta.total;
  t.is(await found(asked), 1);
  t.is(await found(asked, 'Content-Type: application/json; charset=UTF-8'), 1);
  t.is(await found(asked, 'Content-Type: text/plain'), 2);
  t.is(await found('{}'), 2);
  t.is(await found('', json, 'Content-Length: 0'), 2);
  const head = [`GET ${labs}`, bearer, json];
  const chunks = `${asked.length.toString(16)}\r\n${asked}\r\n0\r\n\r\n`;
  const chunked = await say(q.url, [...head, 'Transfer-Encoding: chunked'], chunks, true);
  t.is(JSON.parse(chunked.text).meta.total, 1);
  t.is((await say(q.url, head, asked, true)).status, 400, 'bytes that no header tells of');
});

test('§4: the query, the body of a GET, of a POST and of a QUERY find the same', async (t) => {
  const building = (await q.knex('lab').first('building_id')).building_id;
  const query = `tab=&search_columns[name]=o&search_columns[building][]=${building}&sort_column=name&sort_direction=ascending&per_page=100&page=1`;
  const body = `{"search_columns":{"name":"o","building":[${building}]},"sort_column":"name","sort_direction":"ascending","per_page":100,"page":1}`;
  const answers = [
    await call<Table>(`GET ${labs}?${query}`),
    await call<Table>(`GET ${labs}`, body),
    await call<Table>(`POST ${labs}`, body),
    await call<Table>(`QUERY ${labs}`, body),
  ];
  for (const { status, body: told } of answers) {
    t.is(status, 200);
    t.deepEqual(
      told.data.map(({ name }) => name),
      ['Compute', 'Radio'],
    );
    t.is(told.meta.per_page, 100);
  }
});

test('§5: the very bodies of the document: keys that a resource does not have are passed over', async (t) => {
  const body = '{\n"name": "Name",\n"email": "example@qlic.nl",\n"tenants": [1]\n}';
  const made = await call('POST /api/resources/groups', body);
  t.is(made.status, 201);
  t.is(made.body.data.name, 'Name');
  const { id } = made.body.data;
  t.is(made.headers.get('location')?.trim(), `${q.url}/api/resources/groups/${id}`);
  t.is((await call(`PUT /api/resources/groups/${id}`, body)).status, 200);
  const inline = await call(`PUT /api/resources/groups/${id}/inline/name`, '{\n"name": "New name"\n}');
  t.deepEqual(inline.body, { data: { id, name: 'New name' } });
  t.is((await call(`DELETE /api/resources/groups/${id}`)).status, 204);
  t.is((await call(`POST /api/resources/groups/actions/delete_resource/${id}`, '{}')).status, 404);
});

test('§5: options, logs and forms are asked for with what is left empty, and edit forms by state', async (t) => {
  const options = await call<{ data: Labelled[] }>(
    'GET /api/resources/labs/field/building/options?query=&page=&per_page=',
  );
  t.deepEqual([options.status, options.body.data.map(({ label }) => label).includes('N1')], [200, true]);
  t.is((await call(`GET /api/resources/labs/logs/${q.ids.lab1}?page=&per_page=`)).status, 200);
  const first = await call<object>('GET /api/resources/hosts/create', '{"initial_request":true}');
  t.true('fields' in first.body);
  const state = `{"initial_request":false,"field":"rack","state":{"lab":${q.ids.lab2}},"action":{"name":"reloadRelatedOptions"}}`;
  for (const request of ['GET', 'POST', 'QUERY']) {
    const { body } = await call<{ rack: { relatedOptions: object[] } }>(
      `${request} /api/resources/hosts/${q.ids.alpha}/edit`,
      state,
      'Prefer: return:minimal',
    );
    t.deepEqual(body.rack.relatedOptions.at(-1), { label: '2 in N1/Radio', value: q.ids.rack2 }, request);
  }
});

test('§6: _method in a form, in a query or in a header, and a true PUT with a form, all change the row', async (t) => {
  const { id } = (await call('POST /api/resources/buildings', '{"code":"M0"}')).body.data;
  const path = `/api/resources/buildings/${id}`;
  const change = async (code: string, request: string, body: string, ...headers: string[]) => {
    const { status, body: told } = await call(request, body, ...headers);
    t.deepEqual([status, told.data?.code], [200, code], request);
  };
  const method = ['_method', 'PUT'] as const;
  await change('M1', `POST ${path}`, parts([method, ['code', 'M1']]), multipart);
  await change('M2', `PUT ${path}`, parts([['code', 'M2']]), multipart);
  await change('M3', `POST ${path}`, '_method=PUT&code=M3', urlencoded);
  await change('M4', `POST ${path}?_method=put`, 'code=M4', urlencoded);
  await change('M5', `POST ${path}?_method=PUT`, parts([['code', 'M5']]), multipart);
  await change('M6', `POST ${path}`, '_method=DELETE&code=M6', urlencoded, 'X-HTTP-Method-Override: PUT');
  t.is((await call(`POST ${path}`, '_method=DELETE', urlencoded)).status, 204);
});

test('§6: lists in forms are written with brackets, empty or counted', async (t) => {
  const group = (await call('POST /api/resources/groups', '{"name":"Formed"}')).body.data.id as number;
  const fields = [
    ['username', 'formed'],
    ['groups[]', group],
    ['email', ''],
    ['is_active', 'true'],
  ] as const;
  const made = await call('POST /api/resources/users', parts(fields), multipart);
  t.is(made.status, 201);
  t.like(made.body.data, { groups: [{ value: group, label: 'Formed' }], email: '', is_active: true });
  const path = `/api/resources/users/${made.body.data.id}`;
  const counted = await call(`POST ${path}`, `_method=PUT&groups%5B0%5D=${group}&first_name=a`, urlencoded);
  t.like(counted.body.data, { first_name: 'a', groups: [{ value: group, label: 'Formed' }] });
});

test('§7: what is wrong is said in Laravel’s form', async (t) => {
  for (const [request, body, status] of [
    ['POST /api/resources/groups', '{"name":', 400],
    ['POST /api/me', '{}', 405],
    ['GET /api/resources/hosts/550e8400-e29b-41d4-a716-446655440000', '', 404],
    ['GET /api/resources/nothing/table/nothing', '', 404],
    ['GET /api/global-search?query=', '', 422],
    ['POST /api/resources/groups', '{}', 422],
  ] as const) {
    const told = await call<{ message: string }>(request, body);
    t.is(told.status, status, request);
    t.is(typeof told.body.message, 'string');
    if (status === 405) t.regex(told.headers.get('allow') ?? '', /GET/);
  }
});
