import test from 'ava';
import { type Running, start, type TestPerson } from '../harness/index.ts';

let q: Running;
let reader: TestPerson;
let engineer: TestPerson;
let root: TestPerson;

test.before(async () => {
  q = await start();
  const all = ['view', 'add', 'change', 'delete'] as const;
  reader = await q.person({ username: 'reader', rights: { host: ['view'], location: ['view'] } });
  engineer = await q.person({ username: 'engineer', rights: { host: all } });
  root = await q.person({ username: 'root', superuser: true });
  const as = await q.tokenFor(root);
  await q.json('/api/inventory/hosttype/', { as, json: { name: 'server' } });
  await q.json('/api/inventory/hosthardware/', { as, json: { name: 'R640', host_type: '/api/inventory/hosttype/1/' } });
});
test.after.always(() => q?.close());

const host = (hostname: string) => ({ hostname, hardware: 1 });
const hosts = '/api/inventory/hostbyid/';

test("A reader's token with g:read lists hosts and cannot create one", async (t) => {
  const as = await q.bearerFor(reader, ['g:read']);
  t.is((await q.fetch(hosts, { as })).status, 200);
  t.is((await q.fetch(hosts, { as, json: host('no') })).status, 403);
});

test('A scope gives nothing that the person does not have: a reader with r:add:host still creates nothing', async (t) => {
  const as = await q.bearerFor(reader, ['g:read', 'r:add:host', 'a:superuser']);
  t.is((await q.fetch(hosts, { as, json: host('no') })).status, 403);
  t.is((await q.fetch(hosts, { as })).status, 200);
  t.is((await q.fetch('/api/booking/booking/', { as })).status, 200, 'their own bookings, of which there are none');
});

test("An engineer's token with r:add:host creates a host, and cannot delete it, change it or list others", async (t) => {
  const as = await q.bearerFor(engineer, ['r:add:host']);
  const made = await q.json<{ id: number }>(hosts, { as, json: host('made') });
  t.is(made.status, 201);
  t.is((await q.fetch(`${hosts}${made.body.id}/`, { as, method: 'DELETE' })).status, 403);
  t.is((await q.fetch(`${hosts}${made.body.id}/`, { as, method: 'PATCH', json: { details: 'x' } })).status, 403);
  t.is((await q.fetch(hosts, { as })).status, 403);
});

test("A superuser's token with g:read reads everything and writes nothing", async (t) => {
  const as = await q.bearerFor(root, ['g:read']);
  t.is((await q.fetch(hosts, { as })).status, 200);
  t.is((await q.fetch('/api/user/', { as })).status, 200);
  t.is((await q.fetch(hosts, { as, json: host('no') })).status, 403);
  t.is((await q.fetch('/api/inventory/building/', { as, json: { code: 'X' } })).status, 403);
});

test('A refusal for want of a scope says which scopes would do', async (t) => {
  const answer = await q.fetch(hosts, { as: await q.bearerFor(root, ['g:read']), json: host('no') });
  t.regex(answer.headers.get('www-authenticate') ?? '', /error="insufficient_scope".*scope="r:add:host"/);
  t.regex(await answer.text(), /r:add:host/);
});

test('A token whose person loses the role loses the right with it, at once', async (t) => {
  const leaver = await q.person({ username: 'leaver', rights: { host: ['view'] } });
  const as = await q.bearerFor(leaver, ['g:read']);
  t.is((await q.fetch(hosts, { as })).status, 200);
  await q.knex('user_groups').where({ user_id: leaver.id }).delete();
  const until = Date.now() + 1000;
  let status = 200;
  while (status === 200 && Date.now() < until) status = (await q.fetch(hosts, { as })).status;
  t.is(status, 403);
});
