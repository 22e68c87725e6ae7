import test from 'ava';
import { type Running, start } from '../harness/index.ts';
import { aNic } from './network.ts';

let q: Running;
let staff: string;
let somebody: string;
test.before(async () => {
  q = await start({ api: 1 });
  staff = await q.tokenFor(await q.person({ username: 'sam', staff: true }));
  somebody = await q.tokenFor(await q.person({ username: 'sue', rights: { host: ['view', 'add', 'change'] } }));
});
test.after.always(() => q?.close());

interface Made {
  id: number;
  created: boolean;
}

const type = '/api/import/gethosttype';
const hardware = '/api/import/gethosthardware';

test('gethosttype makes a host type once and finds it then, whatever details are given', async (t) => {
  const first = await q.json<Made>(type, { as: staff, json: { name: 'server', details: 'rack servers' } });
  const { id } = first.body;
  t.is(JSON.stringify(first.body), `{"name":"server","details":"rack servers","id":${id},"created":true}`);
  const again = await q.json(type, { as: staff, json: { name: 'server', details: '' } });
  t.deepEqual([again.status, again.body], [200, { name: 'server', details: 'rack servers', id, created: false }]);
  const entry = await q
    .knex('audit_entries')
    .where({ resource: 'host_type', object_id: String(id) })
    .first();
  t.like(entry, { action: 'create', actor: 'sam' });
});

test('gethosthardware tells hardware of one name apart by its type, and reads forms', async (t) => {
  const { body: a } = await q.json<Made>(type, { as: staff, json: { name: 'switch', details: '' } });
  const { body: b } = await q.json<Made>(type, { as: staff, json: { name: 'router', details: '' } });
  const first = await q.json<Made>(hardware, { as: staff, json: { name: 'R640', host_type: a.id, details: '' } });
  t.is(
    JSON.stringify(first.body),
    `{"name":"R640","details":"","host_type":${a.id},"id":${first.body.id},"created":true}`,
  );
  const form = new URLSearchParams({ name: 'R640', host_type: String(a.id), details: 'x' });
  const again = await q.json<Made>(hardware, { as: staff, method: 'POST', body: form });
  t.like(again.body, { id: first.body.id, created: false });
  const other = await q.json<Made>(hardware, { as: staff, json: { name: 'R640', host_type: b.id, details: '' } });
  t.like(other.body, { created: true });
});

test('what is missing or not there is named', async (t) => {
  const problems = async (path: string, json: object) => {
    const { status, body } = await q.json<object>(path, { as: staff, json });
    return [status, ...Object.keys(body)];
  };
  t.deepEqual(await problems(type, {}), [400, 'name', 'details']);
  t.deepEqual(await problems(type, { name: 'x' }), [400, 'details']);
  t.deepEqual(await problems(type, { name: 'x'.repeat(31), details: '' }), [400, 'name']);
  t.deepEqual(await problems(type, { name: '  ', details: '' }), [400, 'name']);
  t.deepEqual(await problems(hardware, { name: 'x', details: '' }), [400, 'host_type']);
  t.deepEqual(await problems(hardware, { name: 'x', host_type: 'seven', details: '' }), [400, 'host_type']);
  t.deepEqual(await problems(hardware, { name: 'x', host_type: 999_999, details: '' }), [400, 'host_type']);
  t.deepEqual(await problems(hardware, { name: 'x', host_type: 99_999_999_999, details: '' }), [400, 'host_type']);
  const { body } = await q.json(hardware, { as: staff, json: { name: 'x', host_type: 'seven', details: '' } });
  t.deepEqual(body, { host_type: ['A whole number is required.'] });
});

test('asked for the same at once, at several processes, one row is made and all get it', async (t) => {
  const ask = (path: string, json: object) =>
    Promise.all(
      Array.from({ length: 16 }, (_, n) => q.json<Made>(new URL(path, q.apis[n % 2]).href, { as: staff, json })),
    );
  const types = await ask(type, { name: 'crowded', details: '' });
  t.is(types.filter(({ body }) => body.created).length, 1);
  t.is(new Set(types.map(({ body }) => body.id)).size, 1);
  const models = await ask(hardware, { name: 'crowded', host_type: types[0]?.body.id, details: '' });
  t.is(models.filter(({ body }) => body.created).length, 1);
  t.is(new Set(models.map(({ body }) => body.id)).size, 1);
});

test('import, ingest and cron are for staff only, and not for tokens without their scope', async (t) => {
  const boss = await q.person({ username: 'stan', staff: true });
  const narrow = await q.tokenFor(boss, { scopes: ['g:read', 'r:add:host'] });
  const fitting = await q.tokenFor(boss, { scopes: ['a:staff'] });
  for (const path of [type, hardware, '/api/live/ingest', '/api/cron/morningjobs', '/api/cron/maintenance']) {
    const status = async (as?: string) => (await q.fetch(path, { json: {}, ...(as && { as }) })).status;
    const nobody = await q.fetch(path, { json: {} });
    t.is(nobody.status, 401, path);
    t.regex(nobody.headers.get('www-authenticate') ?? '', /Basic realm="api"/);
    t.is(await status(somebody), 403, path);
    t.is(await status(narrow), 403, path);
    t.true([200, 400].includes(await status(fitting)), path);
    t.is((await q.fetch(path, { as: staff })).status, 405, path);
  }
});

test('macs lists every NIC with its number, so that an agent can report numbers', async (t) => {
  const nic = await aNic(q, 'a0:36:9f:af:00:01');
  const { status, body } = await q.json<[number, string][]>('/api/live/macs', { as: somebody });
  t.is(status, 200);
  t.deepEqual(
    body.find(([id]) => id === nic),
    [nic, 'a0:36:9f:af:00:01'],
  );
  t.is((await q.fetch('/api/live/macs')).status, 401);
});

test('auth-test answers a sentence that ends in the name, for basic sign-in and for a token', async (t) => {
  const person = await q.person({ username: 'tess', password: 'correct horse battery' });
  const read = async (as: string | typeof person) => (await q.json<string>('/api/auth-test', { as })).body;
  t.regex(await read(person), /tess$/);
  t.regex(await read(await q.tokenFor(person)), /tess$/);
  t.is((await q.fetch('/api/auth-test')).status, 401);
});
