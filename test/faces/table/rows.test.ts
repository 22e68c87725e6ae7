import test from 'ava';
import { soon } from '../../harness/soon.ts';
import { type Labelled, type Refused, type Setting, setting } from './setting.ts';

let q: Setting;
test.before(async () => {
  q = await setting();
});
test.after.always(() => q?.close());

interface Detail {
  data: Record<string, unknown> & { id: number };
  fields: { name: string; label: string; type: string; value: unknown; readonly: boolean; required: boolean }[];
  actions: { name: string }[];
  permissions: { update: boolean; delete: boolean };
}
interface Log {
  data: {
    event: string;
    causer: Labelled;
    subject: { type: string; id: number };
    properties: { old: Record<string, unknown>; attributes: Record<string, unknown> };
    ip_address: string | null;
    created_at: string;
  }[];
  meta: { total: number };
}

const make = async (path: string, json: object) =>
  (await q.json<Detail>(`/api/resources/${path}`, { as: q.root, json })).body.data.id;

test('A detail shows its values with labels, its fields, and what I may do to it', async (t) => {
  const { status, body } = await q.json<Detail>(`/api/resources/hosts/${q.ids.alpha}`, { as: q.root });
  t.is(status, 200);
  t.like(body.data, { id: q.ids.alpha, hostname: 'alpha', hardware: { value: q.ids.hardware, label: 'R640' } });
  t.like(
    body.fields.find(({ name }) => name === 'hostname'),
    { label: 'Hostname', type: 'text', value: 'alpha', readonly: false, required: true },
  );
  t.like(
    body.fields.find(({ name }) => name === 'bookable'),
    { readonly: true, type: 'belongs_to' },
  );
  t.deepEqual(body.permissions, { update: true, delete: true });
});

test('A minimal detail can be sent back as it is', async (t) => {
  const path = `/api/resources/hosts/${q.ids.gamma}`;
  const headers = { prefer: 'return=minimal' };
  const { body } = await q.json<Detail>(path, { as: q.root, headers });
  t.deepEqual(Object.keys(body), ['data']);
  t.is(body.data.hardware, q.ids.hardware);
  const sent = await q.json<Detail>(path, { as: q.root, json: body.data, method: 'PUT', headers });
  t.deepEqual(sent.body, { data: { id: q.ids.gamma } } as Detail);
  t.deepEqual((await q.json<Detail>(path, { as: q.root, headers })).body, body);
});

test('What is not there and what I may not see are the same 404', async (t) => {
  const as = await q.tokenFor(await q.person({ username: 'looker', rights: { location: ['view'] } }));
  const other = await q.person({ username: 'somebody' });
  for (const path of ['racks/999999', `users/${other.id}`]) {
    const { status, body } = await q.json<Refused>(`/api/resources/${path}`, { as });
    t.is(status, 404, path);
    t.deepEqual(body, { message: 'Not found.' } as Refused);
  }
});

test('A create by JSON answers 201, where it is and what it is; ids of a set are taken', async (t) => {
  const group = await make('groups', { name: 'tenant' });
  const { status, body, headers } = await q.json<Detail>('/api/resources/users', {
    as: q.root,
    json: { username: 'Name', email: 'example@qlic.nl', groups: [group], nonsense: 1 },
  });
  t.is(status, 201);
  t.is(headers.get('location'), `${q.url}/api/resources/users/${body.data.id}`);
  t.deepEqual(body.data.groups, [{ value: group, label: 'tenant' }]);
});

test('A create by a form takes its texts for what they mean, lists with brackets included', async (t) => {
  const group = await make('groups', { name: 'formed' });
  for (const [username, form] of [
    ['multipart', new FormData()],
    ['urlencoded', new URLSearchParams()],
  ] as const) {
    for (const [name, value] of Object.entries({ username, is_active: 'false', first_name: '', 'groups[]': group })) {
      form.append(name, String(value));
    }
    const { status, body } = await q.json<Detail>('/api/resources/users', { as: q.root, method: 'POST', body: form });
    t.is(status, 201, username);
    t.like(body.data, { username, is_active: false, first_name: '', groups: [{ value: group, label: 'formed' }] });
  }
});

test('A file where no field takes one is refused by name', async (t) => {
  const form = new FormData();
  form.append('code', 'F1');
  form.append('comment', new Blob(['x']), 'x.txt');
  const { status, body } = await q.json<Refused>('/api/resources/buildings', {
    as: q.root,
    method: 'POST',
    body: form,
  });
  t.is(status, 422);
  t.deepEqual(Object.keys(body.errors), ['comment']);
});

test('Bad input is 422 with a message, and errors by field that name it', async (t) => {
  const { status, body } = await q.json<Refused>('/api/resources/racks', { as: q.root, json: { number: 'x' } });
  t.is(status, 422);
  t.deepEqual(body.errors.lab, ['The lab field is required.']);
  t.is(body.errors.number?.length, 1);
  t.regex(body.message, /\(and 1 more error\)$/);
  const items = await q.json<Refused>('/api/resources/users', {
    as: q.root,
    json: { username: 'u', groups: [1, 'x'] },
  });
  t.deepEqual(Object.keys(items.body.errors), ['groups.1']);
  const unknown = await q.json<Refused>('/api/resources/users', {
    as: q.root,
    json: { username: 'u', groups: [9999] },
  });
  t.deepEqual([unknown.status, Object.keys(unknown.body.errors)], [422, ['groups']]);
});

test('PUT changes what is given and keeps the rest; an empty text and null clear', async (t) => {
  const id = await make('racks', { number: 40, lab: q.ids.lab1, comment: 'by the door' });
  const path = `/api/resources/racks/${id}`;
  const put = async (json: object) => (await q.json<Detail>(path, { as: q.root, json, method: 'PUT' })).body.data;
  t.like(await put({ number: 41 }), { number: 41, comment: 'by the door' });
  t.like(await put({ lab: { value: q.ids.lab2, label: 'whatever' } }), {
    lab: { value: q.ids.lab2, label: 'N1/Radio' },
  });
  t.like(await put({ comment: '' }), { comment: null });
});

test('POST with _method does what PUT, PATCH and DELETE do, in forms and in JSON', async (t) => {
  const id = await make('buildings', { code: 'M1' });
  const path = `/api/resources/buildings/${id}`;
  const form = new FormData();
  form.append('_method', 'PUT');
  form.append('code', 'M2');
  t.like((await q.json<Detail>(path, { as: q.root, method: 'POST', body: form })).body.data, { code: 'M2' });
  const json = { _method: 'put', code: 'M3' };
  t.like((await q.json<Detail>(path, { as: q.root, json })).body.data, { code: 'M3' });
  const headers = { 'x-http-method-override': 'PATCH' };
  t.like((await q.json<Detail>(path, { as: q.root, json: { code: 'M4' }, headers })).body.data, { code: 'M4' });

  const none = await q.json<Refused>(path, { as: q.root, json: { code: 'M5' } });
  t.deepEqual([none.status, Object.keys(none.body.errors)], [422, ['_method']]);
  const reader = await q.tokenFor(await q.person({ username: 'r', rights: { location: ['view', 'change'] } }));
  t.is((await q.fetch(path, { as: reader, json: { _method: 'DELETE' } })).status, 403);
  t.is((await q.fetch(path, { as: q.root, json: { _method: 'DELETE' } })).status, 204);
  t.is((await q.fetch(path, { as: q.root })).status, 404);
});

test('_method in a GET means nothing', async (t) => {
  const { status } = await q.fetch(`/api/resources/racks/${q.ids.rack1}?_method=DELETE`, { as: q.root });
  t.is(status, 200);
  t.is((await q.fetch(`/api/resources/racks/${q.ids.rack1}`, { as: q.root })).status, 200);
});

test('One field is changed in place; only its own key is read', async (t) => {
  const id = await make('buildings', { code: 'I1', comment: 'kept' });
  const put = (field: string, json: object) =>
    q.json<Detail & Refused>(`/api/resources/buildings/${id}/inline/${field}`, { as: q.root, json, method: 'PUT' });
  const changed = await put('code', { code: 'I2', comment: 'not read' });
  t.deepEqual(changed.body, { data: { id, code: 'I2' } } as never);
  t.like((await q.json<Detail>(`/api/resources/buildings/${id}`, { as: q.root })).body.data, { comment: 'kept' });
  t.deepEqual((await put('code', { comment: 'x' })).body.errors, { code: ['The code field is required.'] });
  t.is((await put('nothing', { nothing: 1 })).status, 404);
  const fixed = await q.fetch(`/api/resources/hosts/${q.ids.alpha}/inline/bookable`, {
    as: q.root,
    json: { bookable: 1 },
    method: 'PUT',
  });
  t.is(fixed.status, 422);
});

test('delete_resource deletes; the second time it is 404; what is still needed is 409', async (t) => {
  const id = await make('buildings', { code: 'D1' });
  const remove = (resource: string, one: number) =>
    q.json<Refused>(`/api/resources/${resource}/actions/delete_resource/${one}`, { as: q.root, method: 'POST' });
  t.deepEqual((await remove('buildings', id)).body, { message: 'Deleted.', data: { id, deleted: true } } as never);
  t.is((await remove('buildings', id)).status, 404);
  const used = await remove('racks', q.ids.rack1);
  t.is(used.status, 409);
  t.deepEqual(Object.keys(used.body), ['message']);
});

test('Somebody is deactivated, and let back in by who holds all that they hold', async (t) => {
  const person = await q.person({ username: 'resting', rights: { host: ['view', 'delete'] } });
  const theirs = await q.tokenFor(person);
  const clerk = await q.tokenFor(await q.person({ username: 'clerk', rights: { admin: ['view', 'change'] } }));
  const narrow = await q.tokenFor(await q.person({ username: 'onlooker', rights: { admin: ['view'] } }));
  const act = async (action: string, as: string, id = person.id) =>
    (await q.fetch(`/api/resources/users/actions/${action}/${id}`, { as, method: 'POST' })).status;
  const me = async () => (await q.fetch('/api/me', { as: theirs })).status;
  t.is(await act('deactivate', narrow), 403);
  t.is(await me(), 200);
  t.is(await act('deactivate', clerk), 200);
  t.is(await soon(401, async () => ({ status: await me() })), 401);
  t.is(await act('activate', clerk), 403, 'they would give rights that they do not hold');
  t.is(await act('activate', q.root), 200);
  t.is(await me(), 401, 'what ended stays ended: they sign in again');
  const log = await q.json<Log>(`/api/resources/users/logs/${person.id}`, { as: q.root });
  t.deepEqual(log.body.data[0]?.properties, { old: { is_active: false }, attributes: { is_active: true } });
});

test('Declared actions are done by name; others are 404, and what I may not do is 403', async (t) => {
  const [bookable] = await q.knex('bookable').insert({ host_id: q.ids.beta, status: 'active' }).returning('id');
  const booker = await q.person({ username: 'acting', rights: { booking: ['view', 'add'] } });
  const as = await q.tokenFor(booker);
  const start = new Date().toISOString();
  const end = new Date(Date.now() + 3_600_000).toISOString();
  const made = await q.json<Detail>('/api/resources/bookings', {
    as,
    json: { bookable: bookable.id, start, end, comment: 'x' },
  });
  t.is(made.status, 201);
  t.deepEqual(
    made.body.actions.map(({ name }) => name),
    ['delete_resource', 'cancel', 'end'],
  );
  const clash = await q.json<Refused>('/api/resources/bookings', {
    as,
    json: { bookable: bookable.id, start, end, comment: 'y' },
  });
  t.is(clash.status, 409);
  t.regex(clash.body.message, /beta is booked/);
  const { id } = made.body.data;
  const act = (action: string, who: string) =>
    q.json<{ message: string; data: Record<string, unknown> }>(`/api/resources/bookings/actions/${action}/${id}`, {
      as: who,
      method: 'POST',
    });
  t.is((await act('explode', as)).status, 404);
  t.is((await act('constructor', as)).status, 404);
  const other = await q.tokenFor(await q.person({ username: 'looking', rights: { booking: ['view'] } }));
  const refused = await act('cancel', other);
  t.is(refused.status, 403);
  t.is(refused.body.message, 'This action is unauthorized.');
  const ended = await act('end', as);
  t.is(ended.status, 200);
  t.like(ended.body.data, { id, comment: 'x' });
  t.is((await act('end', as)).status, 409);
});

test('The log tells who changed what, newest first, to those who may view the row', async (t) => {
  const id = await make('buildings', { code: 'L1' });
  await q.fetch(`/api/resources/buildings/${id}`, { as: q.root, json: { code: 'L2' }, method: 'PUT' });
  const path = `/api/resources/buildings/logs/${id}`;
  const { body } = await q.json<Log>(path, { as: q.root });
  t.deepEqual(
    body.data.map(({ event }) => event),
    ['updated', 'created'],
  );
  t.like(body.data[0], {
    subject: { type: 'buildings', id },
    properties: { old: { code: 'L1' }, attributes: { code: 'L2' } },
    ip_address: '127.0.0.1',
  });
  t.is(body.data[0]?.causer.label, 'root');
  const page = await q.json<Log>(`${path}?per_page=1&page=2`, { as: q.root });
  t.deepEqual(
    page.body.data.map(({ event }) => event),
    ['created'],
  );
  t.is(page.body.meta.total, 2);

  const looker = await q.tokenFor(await q.person({ username: 'logs', rights: { location: ['view'] } }));
  t.is((await q.json<Log>(path, { as: looker })).body.data[0]?.ip_address, null);
  const stranger = await q.tokenFor(await q.person({ username: 'stranger' }));
  t.is((await q.fetch(path, { as: stranger })).status, 403);
  t.is((await q.fetch('/api/resources/buildings/logs/99999', { as: q.root })).status, 404);
});

test('The log of a person keeps their secrets', async (t) => {
  const person = await q.person({ username: 'secretive', password: 'correct horse battery' });
  await q.knex('audit_entries').insert({
    actor: 'root',
    proof: 'session',
    action: 'change_password',
    resource: 'user',
    object_id: String(person.id),
    changes: JSON.stringify({ password: { old: 'hash one', new: 'hash two' }, last_name: { old: '', new: 'X' } }),
  });
  const { body } = await q.json<Log>(`/api/resources/users/logs/${person.id}`, { as: q.root });
  t.deepEqual(body.data[0]?.properties, { old: { last_name: '' }, attributes: { last_name: 'X' } });
  t.false(JSON.stringify(body).includes('hash'));
});

test('What a resource does not offer is 405, or not there at all', async (t) => {
  t.is((await q.fetch('/api/resources/owners', { as: q.root, json: {} })).status, 404);
  t.is((await q.fetch('/api/resources/owners/create', { as: q.root })).status, 404);
  const { status, headers } = await q.json('/api/resources/owners/1', { as: q.root, json: {}, method: 'PUT' });
  t.is(status, 405);
  t.is(headers.get('allow'), 'GET, HEAD, OPTIONS');
});
