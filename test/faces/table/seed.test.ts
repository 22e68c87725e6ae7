import { connect } from 'node:net';
import test from 'ava';
import { getWithBody, type Setting, setting, type Table } from './setting.ts';

// The requests of Qore's own documentation, as it shows them; only the names are those of what there is here.
let q: Setting;
let authorization: string;
test.before(async () => {
  q = await setting();
  authorization = `Bearer ${q.root}`;
});
test.after.always(() => q?.close());

test('«You can now start doing requests. Let’s start with a request to /api/me.»', async (t) => {
  t.is((await q.fetch('/api/me', { headers: { authorization } })).status, 200);
});

test('«you can do the following request to see all available endpoints»', async (t) => {
  const { status, body } = await q.json<{ data: object[] }>('/api/endpoints', { headers: { authorization } });
  t.is(status, 200);
  t.true(body.data.length > 12);
});

test('«The table_name should be the same as resource_name»; «it will also return metadata such as columns»', async (t) => {
  const { body } = await q.json<Table>('/api/resources/racks/table/racks', { headers: { authorization } });
  t.true(body.columns.length > 0);
});

test('«You can reduce response data by setting the following header: Prefer : return:minimal»', async (t) => {
  for (const path of ['racks/table/racks', `racks/${q.ids.rack1}`, 'racks/create']) {
    const ask = async (headers: object) =>
      (await q.fetch(`/api/resources/${path}`, { headers: { authorization, ...headers } })).text();
    t.true((await ask({ Prefer: 'return:minimal' })).length < (await ask({})).length, path);
  }
});

test('A blank before the colon of a header, as it is printed there, is refused before anybody reads it', async (t) => {
  const { port, hostname } = new URL(q.url);
  const said = await new Promise<string>((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.once('error', reject);
    socket.once('close', () => resolve(text));
    socket.write(`GET /api/me HTTP/1.1\r\nHost: x\r\nPrefer : return:minimal\r\nConnection: close\r\n\r\n`);
  });
  t.regex(said, /^HTTP\/1\.1 400/);
});

test('«To filter, sort etc. on table columns, you can add a JSON body»', async (t) => {
  const body = `{
"tab": "Active",
"search_columns": {
"hostname": "a",
"rack": [${q.ids.rack1}]
},
"sort_column": "hostname",
"sort_direction": "ascending",
"per_page": 100,
"page": 1
}`;
  const told = await getWithBody(q, '/api/resources/hosts/table/hosts', body, { authorization });
  t.is(told.status, 200);
  t.deepEqual(
    told.body.data.map(({ hostname }) => hostname),
    ['alpha'],
  );
  t.is(told.body.meta.per_page, 100);
});

test('«Please keep in mind that these values only work on fields that are visible in the table by default.»', async (t) => {
  const json = { search_columns: { organization: [1] } };
  t.is((await q.fetch('/api/resources/hosts/table/hosts', { headers: { authorization }, json })).status, 422);
});

test('«You can either send json or FormData.»; «please make sure to use POST and add: _method:PUT»', async (t) => {
  const { body: group } = await q.json<{ data: { id: number } }>('/api/resources/groups', {
    as: q.root,
    json: { name: 'Tenant' },
  });
  const json = { username: 'Name', email: 'example@qlic.nl', groups: [group.data.id] };
  const made = await q.json<{ data: { id: number } }>('/api/resources/users', { headers: { authorization }, json });
  t.is(made.status, 201);
  const path = `/api/resources/users/${made.body.data.id}`;
  const put = await q.json(path, {
    headers: { authorization },
    json,
    method: 'PUT',
  });
  t.is(put.status, 200);
  const form = new FormData();
  form.append('_method', 'PUT');
  form.append('username', 'Other name');
  const posted = await q.json<{ data: { username: string } }>(path, {
    headers: { authorization },
    method: 'POST',
    body: form,
  });
  t.deepEqual([posted.status, posted.body.data.username], [200, 'Other name']);

  const inline = await q.json<{ data: object }>(`${path}/inline/username`, {
    headers: { authorization },
    json: { username: 'New name' },
    method: 'PUT',
  });
  t.deepEqual(inline.body.data, { id: made.body.data.id, username: 'New name' });
  const logs = await q.json<{ data: object[] }>(`/api/resources/users/logs/${made.body.data.id}`, { as: q.root });
  t.is(logs.body.data.length, 3);
  const options = await q.json<{ data: object[] }>('/api/resources/users/field/groups/options', { as: q.root });
  t.deepEqual(options.body.data, [{ label: 'Tenant', value: group.data.id }]);
});

test('«Where the {action_name} should be delete_resource when deleting the resource.»', async (t) => {
  const { body } = await q.json<{ data: { id: number } }>('/api/resources/buildings', {
    as: q.root,
    json: { code: 'GONE' },
  });
  const path = `/api/resources/buildings/actions/delete_resource/${body.data.id}`;
  const send = async () => (await q.fetch(path, { headers: { authorization }, method: 'POST' })).status;
  t.deepEqual([await send(), await send()], [200, 404]);
});

test('«The payload above means that the options for the field issue should be loaded based on the state.»', async (t) => {
  const body = `{
"initial_request": false,
"field": "rack",
"state": {
"lab": ${q.ids.lab1}
},
"action": {
"name": "reloadRelatedOptions"
}
}`;
  const told = await getWithBody<object>(q, '/api/resources/hosts/create', body, {
    authorization,
    Prefer: 'return:minimal',
  });
  t.deepEqual(told.body, {
    rack: {
      relatedOptions: [
        { group: 'N1/Compute', disable: true },
        { label: '1 in N1/Compute', value: q.ids.rack1 },
      ],
    },
  });
});

test('GET {{host}}/api/global-search?query=e', async (t) => {
  const { status, body } = await q.json<{ data: object[] }>('/api/global-search?query=e', {
    headers: { authorization },
  });
  t.is(status, 200);
  t.true(body.data.length > 0);
});
