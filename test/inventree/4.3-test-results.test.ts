import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { sweepMedia } from '../../api/media/sweep.ts';
import { type Bench, type Body, openBench } from './bench.ts';

let b: Bench;
test.before(async () => {
  b = await openBench();
});
test.after.always(() => b?.q.close());

const report = async (
  fields: Record<string, string | number>,
  file?: [content: string, name: string],
  { method = 'POST', path = '/api/stock/test/', as = b.token } = {},
) => {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, String(value));
  if (file) form.set('attachment', new File([file[0]], file[1]));
  const response = await b.q.fetch(`${path}?format=json`, { as, method, body: form });
  return { status: response.status, body: (await response.json()) as Body };
};
const kept = async () => (await readdir(join(b.q.dataDir, 'media', 'files')).catch(() => [])).length;
const template = async (part: number, more: object) =>
  (await b.post('/api/part/test-template/', { part, test_name: 'Burn-in', ...more })).body.pk;

test.serial('A test result brings its file along in a form, for those who may view the stock', async (t) => {
  const part = await b.makePart({ testable: true });
  const stock_item = await b.makeStock({ part, quantity: 1 });
  await template(part, {});
  const fields = { stock_item, test: 'burnin', result: 'True', value: '', notes: 'Warm' };
  const { status, body } = await report(fields, ['12.1 V, 3 A', 'log «1».csv']);
  t.is(status, 201, JSON.stringify(body));
  t.like(body, { stock_item, result: true, notes: 'Warm', user: b.keeper.id });
  t.regex(String(body.attachment), /^\/media\/files\/[\w-]+\/log_1_\.csv$/);
  const file = await b.q.fetch(String(body.attachment), { as: b.token });
  t.deepEqual([file.status, await file.text()], [200, '12.1 V, 3 A']);
  t.is(file.headers.get('content-type'), 'application/octet-stream');
  t.regex(file.headers.get('content-disposition') ?? '', /^attachment;/);
  const seen = async (as?: string) => (await b.q.fetch(String(body.attachment), as ? { as } : {})).status;
  t.is(await seen(), 401);
  t.is(await seen(await b.q.bearerFor(b.keeper, ['r:view:part'])), 404);
  t.is(await seen(await b.q.bearerFor(b.keeper, ['r:view:stock'])), 200);

  const path = `/api/stock/test/${body.pk}/`;
  const page = await (await b.q.fetch(path, { as: b.token, headers: { accept: 'text/html' } })).text();
  t.true(page.includes(`<a href="${body.attachment}">log_1_.csv</a>`));
  type Described = { actions: { POST: Record<string, { type: string }> } };
  const described = await b.q.json<Described>('/api/stock/test/', { as: b.token, method: 'OPTIONS' });
  t.is(described.body.actions.POST.attachment?.type, 'file upload');
  t.is((await b.patch(path, { ...body, notes: 'Saved whole' })).body.attachment, body.attachment);
  const second = await report({}, ['again', 'log.csv'], { method: 'PATCH', path });
  t.is(second.status, 200, JSON.stringify(second.body));
  t.is(await seen(b.token), 404);
  t.is(await kept(), 1);
  t.is((await b.patch(path, { attachment: null })).body.attachment, null);
  t.is(await kept(), 0);
});

test.serial('A test that asks for a file takes no result without one, nor one that asks for a value', async (t) => {
  const part = await b.makePart({ testable: true });
  const stock_item = await b.makeStock({ part, quantity: 1 });
  const filed = await template(part, { requires_attachment: true });
  const valued = await template(part, { test_name: 'Voltage', requires_value: true });
  for (const { status, body } of [
    await b.post('/api/stock/test/', { stock_item, template: filed, result: true }),
    await report({ stock_item, template: filed, result: 'True' }),
    await b.post('/api/stock/test/', { stock_item, template: filed, attachment: '/media/files/x/y.txt' }),
  ]) {
    t.deepEqual([status, body as unknown], [400, { attachment: ['Attachment must be uploaded for this test'] }]);
  }
  const made = await report({ stock_item, template: filed, result: 'True' }, ['x', 'x.txt']);
  t.is(made.status, 201, JSON.stringify(made.body));
  t.is((await b.patch(`/api/stock/test/${made.body.pk}/`, { attachment: null })).status, 400);
  t.is((await b.patch(`/api/stock/test/${made.body.pk}/`, { notes: 'Kept' })).status, 200);
  const wordless = await report({ stock_item, template: valued, result: 'True' }, ['x', 'x.txt']);
  t.deepEqual(wordless.body as unknown, { value: ['Value must be provided for this test'] });
  t.is((await report({ stock_item, template: valued, value: '12' })).status, 201);
  t.is(await kept(), 1);

  t.is((await b.remove(`/api/stock/${stock_item}/`)).status, 204);
  const tomorrow = Date.now() + 2 * 86_400_000;
  t.is(await sweepMedia(b.q.knex, b.q, tomorrow), 1);
  t.is(await kept(), 0);
});

test('A file is taken from nobody who may not write, and by no field that holds none', async (t) => {
  const part = await b.makePart();
  const stock_item = await b.makeStock({ part, quantity: 1 });
  const reader = await b.q.bearerFor(b.keeper, ['g:read']);
  t.is((await report({ stock_item, test: 'any' }, ['x', 'x.txt'], { as: reader })).status, 403);
  const form = new FormData();
  form.set('stock_item', String(stock_item));
  form.set('notes', new File(['x'], 'x.txt'));
  const wrong = await b.q.fetch('/api/stock/test/', { as: b.token, method: 'POST', body: form });
  t.deepEqual([wrong.status, await wrong.json()], [400, { notes: ['This field does not take a file.'] }]);
  t.is((await readdir(join(b.q.dataDir, 'media', '.incoming')).catch(() => [])).length, 0);
});
