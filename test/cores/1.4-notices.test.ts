import test from 'ava';
import { makeGroup, type Running, start } from '../harness/index.ts';

let q: Running;
let editor: string;
test.before(async () => {
  q = await start();
  editor = await q.tokenFor(await q.person({ username: 'ed', rights: { admin: ['view', 'add', 'change', 'delete'] } }));
});
test.after.always(() => q?.close());

interface Notice {
  id: number;
  title: string;
  [key: string]: unknown;
}
const path = '/api/notices/notice/';
const write = (json: object) => q.json<Notice>(path, { as: editor, json });
const titles = async (as: string, query = '') =>
  (await q.json<Notice[]>(`${path}${query}`, { as })).body.map(({ title }) => title);

test('a notice has its author, and comes with what it says as plain text', async (t) => {
  const message = '<script>alert(1)</script> & more';
  const { status, body } = await write({ title: 'Move', message, user: 1 });
  t.is(status, 201);
  const author = await q.knex('users').where({ username: 'ed' }).first('id');
  t.deepEqual(Object.keys(body), [
    'id',
    'title',
    'message',
    'style',
    'priority',
    'timestamp',
    'user',
    'target',
    'expires',
    'visible',
  ]);
  t.like(body, { message, style: 'info', priority: 2, user: author.id, target: null, expires: null, visible: true });
  const page = await q.fetch(`${path}${body.id}/`, { as: editor, headers: { accept: 'text/html' } });
  const html = await page.text();
  t.false(html.includes('<script>alert(1)'));
  t.true(html.includes('&lt;script&gt;alert(1)'));
});

test('everybody signed in reads what is shown now and meant for them, the weightiest first', async (t) => {
  const insider = await q.person({ username: 'ina' });
  const target = await makeGroup(q.knex, 'Insiders', {}, [insider.id]);
  const outsider = await q.tokenFor(await q.person({ username: 'otto' }));
  const inside = await q.tokenFor(insider);
  const past = new Date(Date.now() - 60_000).toISOString();
  const future = new Date(Date.now() + 3_600_000).toISOString();
  await write({ title: 'For all', message: 'x', priority: 3 });
  await write({ title: 'For insiders', message: 'x', priority: 0, target });
  await write({ title: 'Until later', message: 'x', priority: 1, expires: future });
  const over = (await write({ title: 'Over', message: 'x', expires: past })).body.id;
  await write({ title: 'Hidden', message: 'x', visible: false });
  const only = (all: string[], ...wanted: string[]) => all.filter((one) => wanted.includes(one));
  const four = ['For all', 'For insiders', 'Until later', 'Over', 'Hidden'];
  t.deepEqual(only(await titles(inside), ...four), ['For insiders', 'Until later', 'For all']);
  t.deepEqual(only(await titles(outsider), ...four), ['Until later', 'For all']);
  t.is((await q.fetch(path)).status, 401);
  t.is((await q.fetch(`${path}${over}/`, { as: inside })).status, 404);
  t.deepEqual(only(await titles(editor), 'Over', 'Hidden').sort(), ['Hidden', 'Over']);
  t.deepEqual(only(await titles(editor, '?current=true'), ...four), ['Until later', 'For all']);
});

test('writing takes the admin role, also for those who may read', async (t) => {
  const reader = await q.tokenFor(await q.person({ username: 'rita' }));
  const { body } = await write({ title: 'Stays', message: 'x' });
  t.is((await q.fetch(path, { as: reader, json: { title: 'x', message: 'x' } })).status, 403);
  t.is((await q.fetch(`${path}${body.id}/`, { as: reader, method: 'PATCH', json: { title: 'y' } })).status, 403);
  t.is((await q.fetch(`${path}${body.id}/`, { as: reader, method: 'DELETE' })).status, 403);
  t.is((await q.fetch(`${path}${body.id}/`, { as: editor, method: 'DELETE' })).status, 204);
});

test('what is wrong is named, and a group stays while notices are for it', async (t) => {
  const problems = async (json: object) => {
    const { status, body } = await write(json);
    return [status, ...Object.keys(body)];
  };
  const whole = { title: 'x', message: 'x' };
  t.deepEqual(await problems({}), [400, 'title', 'message']);
  t.deepEqual(await problems({ ...whole, style: 'loud' }), [400, 'style']);
  t.deepEqual(await problems({ ...whole, priority: 5 }), [400, 'priority']);
  t.deepEqual(await problems({ ...whole, target: 999_999 }), [400, 'target']);
  const target = await makeGroup(q.knex, 'Kept', {});
  await write({ ...whole, target });
  t.is((await q.fetch(`/api/auth/groups/${target}/`, { as: editor, method: 'DELETE' })).status, 409);
});
