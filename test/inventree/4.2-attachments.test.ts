import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import sharp from 'sharp';
import { sweepMedia } from '../../api/media/sweep.ts';
import { type Bench, type Body, openBench } from './bench.ts';

let b: Bench;
test.before(async () => {
  b = await openBench({ attachmentMegabytes: 1 });
});
test.after.always(() => b?.q.close());

const upload = async (
  fields: Record<string, string | number>,
  file?: [content: string | Buffer, name: string],
  as = b.token,
) => {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, String(value));
  if (file) form.set('attachment', new File([file[0] as never], file[1]));
  const response = await b.q.fetch('/api/attachment/?format=json', { as, method: 'POST', body: form });
  return { status: response.status, body: (await response.json()) as Body };
};
const waiting = async () => (await readdir(join(b.q.dataDir, 'media', '.incoming')).catch(() => [])).length;

test('A file is attached by a form, listed with its part, and read by those who may view it', async (t) => {
  const part = await b.makePart();
  const fields = { model_type: 'part', model_id: part, comment: 'A data sheet' };
  const { status, body } = await upload(fields, ['some text', 'data sheet «1».txt']);
  t.is(status, 201, JSON.stringify(body));
  t.deepEqual(
    Object.keys(body).sort(),
    `pk attachment thumbnail filename link comment is_image upload_date upload_user user_detail file_size model_type model_id tags`
      .split(' ')
      .sort(),
  );
  t.like(body, { filename: 'data_sheet_1_.txt', comment: 'A data sheet', file_size: 9, is_image: false, link: null });
  t.like(body, { upload_user: b.keeper.id, user_detail: { username: 'keeper' }, model_type: 'part', model_id: part });
  const path = String(body.attachment);
  const got = await b.q.fetch(path, { as: b.token });
  t.deepEqual([got.status, await got.text()], [200, 'some text']);
  t.is((await b.get<Body[]>(`/api/attachment/?model_type=part&model_id=${part}`)).body[0]?.pk, body.pk);
  t.is(
    (await b.get<{ count: number }>(`/api/attachment/?model_type=part.part&model_id=${part}&limit=1`)).body.count,
    1,
  );
});

test('Without credentials a file is 401, to those who may not view its row it is not there', async (t) => {
  const { body } = await upload({ model_type: 'part', model_id: await b.makePart() }, ['x', 'x.txt']);
  const path = String(body.attachment);
  const status = async (as?: string) => (await b.q.fetch(path, as ? { as } : {})).status;
  t.is(await status(), 401);
  t.is(await status('Token inv-0000000000000000000000000000000000000000-20300101'), 401);
  t.is(await status(await b.q.bearerFor(b.keeper, ['r:view:stock'])), 404);
  t.is(await status(await b.q.bearerFor(b.keeper, ['r:change:part'])), 404);
  t.is(await status(await b.q.bearerFor(b.keeper, ['g:read'])), 200);
  for (const odd of ['/media/', '/media/%', '/media/..%2f..%2fetc%2fpasswd', '/media/a%00b', '/media/.incoming/x']) {
    t.is((await b.q.fetch(odd, { as: b.token })).status, 404, odd);
  }
  t.is((await b.q.fetch(path, { as: b.token, method: 'POST' })).status, 405);
});

test('What a browser could run is only saved, whatever it calls itself', async (t) => {
  const model_id = await b.makePart();
  const script = '<html><script>alert(1)</script></html>';
  for (const name of ['page.html', 'image.svg', 'picture.png', '../../../etc/passwd', '.htaccess', 'a"b.html']) {
    const { body } = await upload({ model_type: 'part', model_id }, [script, name]);
    const got = await b.q.fetch(String(body.attachment), { as: b.token });
    t.is(got.headers.get('content-type'), 'application/octet-stream', name);
    t.regex(got.headers.get('content-disposition') ?? '', /^attachment; filename="[\w.-]+"/, name);
    t.regex(got.headers.get('content-security-policy') ?? '', /sandbox/);
    t.is(got.headers.get('x-content-type-options'), 'nosniff');
    t.false(body.is_image as boolean);
  }
  const png = await sharp({ create: { width: 4, height: 4, channels: 3, background: 'red' } })
    .png()
    .toBuffer();
  const { body } = await upload({ model_type: 'part', model_id }, [png, 'page.html']);
  t.true(body.is_image as boolean);
  const got = await b.q.fetch(String(body.attachment), { as: b.token });
  t.is(got.headers.get('content-type'), 'image/png');
});

test('A link is attached by JSON; only links that lead somewhere plain', async (t) => {
  const model_id = await b.makeStock({ part: await b.makePart(), quantity: 1 });
  const json = { model_type: 'stockitem', model_id, link: 'https://example.org/a', comment: 'Where from' };
  const { status, body } = await b.post('/api/attachment/', json);
  t.is(status, 201);
  t.like(body, { link: 'https://example.org/a', attachment: null, filename: '' });
  for (const wrong of [
    { link: 'javascript:alert(1)' },
    { link: '' },
    { link: undefined },
    { model_id: 99_999 },
    { model_id: 'x' },
    { model_type: 'build' },
    { model_type: undefined },
    { comment: 'x'.repeat(251) },
    { comment: ['x'] },
  ]) {
    t.is((await b.post('/api/attachment/', { ...json, ...wrong })).status, 400, JSON.stringify(wrong));
  }
  const patched = await b.patch(`/api/attachment/${body.pk}/`, { ...body, comment: 'Elsewhere', pk: 7, model_id: 1 });
  t.deepEqual(patched.body, { ...body, comment: 'Elsewhere' });
});

test.serial('Files whose row is gone are swept away after a day, the others stay', async (t) => {
  const [going, staying] = [await b.makePart({ active: false }), await b.makePart()];
  const [gone, stays] = [
    (await upload({ model_type: 'part', model_id: going }, ['x', 'gone.txt'])).body,
    (await upload({ model_type: 'part', model_id: staying }, ['x', 'stays.thumbnail.txt'])).body,
  ];
  t.is((await b.remove(`/api/part/${going}/`)).status, 204);
  const files = async () => (await readdir(join(b.q.dataDir, 'media'), { recursive: true })).join(' ');
  t.is(await sweepMedia(b.q.knex, b.q), 0);
  t.is(await sweepMedia(b.q.knex, b.q, Date.now() + 86_400_001), 1);
  t.false((await files()).includes(String(gone.filename)));
  t.true((await files()).includes(String(stays.filename)));
  t.is(await sweepMedia(b.q.knex, { dataDir: join(b.q.dataDir, 'nowhere') }), 0);
});

test.serial('A file that is too large, or comes where none is taken, is refused and not kept', async (t) => {
  const model_id = await b.makePart();
  const { status, body } = await upload({ model_type: 'part', model_id }, [Buffer.alloc(1_000_001), 'big.bin']);
  t.deepEqual([status, body.attachment as unknown], [400, ['A file may have at most 1 MB.']]);
  t.is((await upload({ model_type: 'part', model_id: 99_999 }, ['x', 'x.txt'])).status, 400);
  t.is((await upload({ model_type: 'part', model_id })).status, 400);
  t.is(await waiting(), 0);
});

test('Attaching and deleting take the right to change the row', async (t) => {
  const model_id = await b.makePart();
  const fields = { model_type: 'part', model_id };
  const { body } = await upload(fields, ['x', 'x.txt']);
  for (const scope of ['g:read', 'r:view:part', 'r:add:part', 'r:delete:part', 'r:change:stock']) {
    const as = await b.q.bearerFor(b.keeper, [scope]);
    t.is((await upload(fields, ['y', 'y.txt'], as)).status, 403, scope);
    t.true(
      [403, 404].includes((await b.q.fetch(`/api/attachment/${body.pk}/`, { as, method: 'DELETE' })).status),
      scope,
    );
  }
  const stock = await b.q.bearerFor(b.keeper, ['r:view:stock']);
  t.is((await b.q.json(`/api/attachment/${body.pk}/`, { as: stock })).status, 404);
  t.deepEqual((await b.q.json(`/api/attachment/?model_type=part&model_id=${model_id}`, { as: stock })).body, []);
  t.is((await upload(fields, ['z', 'z.txt'], 'Bearer nonsense')).status, 401);
  t.is((await b.q.json('/api/attachment/')).status, 401);
});

test('Files go with their attachments, and attachments with their row', async (t) => {
  const part = await b.makePart();
  const made = [];
  for (const name of ['a.txt', 'b.txt', 'c.txt']) {
    made.push((await upload({ model_type: 'part', model_id: part }, ['x', name])).body);
  }
  const [one, two, three] = made as [Body, Body, Body];
  t.is((await b.remove(`/api/attachment/${one.pk}/`)).status, 204);
  t.is((await b.q.fetch(String(one.attachment), { as: b.token })).status, 404);
  t.is((await b.remove('/api/attachment/', { items: [two.pk, 99_999] })).status, 404);
  t.is((await b.remove('/api/attachment/', { items: [] })).status, 400);
  t.is((await b.remove('/api/attachment/', { items: [two.pk] })).status, 204);
  await b.patch(`/api/part/${part}/`, { active: false });
  t.is((await b.remove(`/api/part/${part}/`)).status, 204);
  t.is((await b.q.fetch(String(three.attachment), { as: b.token })).status, 404);
  const [row] = await b.q
    .knex('audit_entries')
    .where({ resource: 'attachment', action: 'delete' })
    .orderBy('id')
    .limit(1);
  t.like(row.changes, { file_name: { old: 'a.txt' } });
});

test.serial('OPTIONS says what an attachment takes, to those who may attach something', async (t) => {
  interface Described {
    name: string;
    actions: Record<string, Record<string, object>>;
  }
  const ask = async (as: string) =>
    (await b.q.json<Described>('/api/attachment/', { as, method: 'OPTIONS', json: {} })).body;
  const { name, actions } = await ask(b.token);
  t.is(name, 'List files and links');
  t.like(actions.POST?.model_type, { type: 'string', required: true, read_only: false, label: 'Model type' });
  t.like(actions.POST?.attachment, { type: 'file upload', required: false });
  t.like(actions.POST?.comment, { max_length: 250 });
  t.deepEqual(Object.keys(actions).sort(), ['DELETE', 'GET', 'POST']);
  const onlooker = await b.q.tokenFor(await b.q.person({ username: 'onlooker', rights: { part: ['view'] } }));
  const bound = await b.q.tokenFor(b.keeper, { scopes: ['r:view:part'] });
  t.deepEqual(Object.keys((await ask(bound)).actions), ['GET']);
  t.true('GET' in (await ask(onlooker)).actions);
});
