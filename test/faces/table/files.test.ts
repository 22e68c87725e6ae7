import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import sharp from 'sharp';
import { type Running, start } from '../../harness/index.ts';
import { deviceToken, type Refused, type Table } from './setting.ts';

let q: Running;
let root: string;
test.before(async () => {
  q = await start();
  root = (await deviceToken(q, await q.person({ username: 'root', superuser: true }))).clear;
});
test.after.always(() => q?.close());

interface Detail {
  data: { id: number; name: string; image: { name: string; url: string } | null };
  fields: { name: string; type: string }[];
}

const picture = () =>
  sharp({ create: { width: 40, height: 30, channels: 3, background: '#3060a0' } })
    .png()
    .toBuffer();
const kept = async () => (await readdir(join(q.dataDir, 'media', 'images')).catch(() => [])).length;

async function send<Body = Detail>(method: string, path: string, values: Record<string, string | Buffer>, as = root) {
  const form = new FormData();
  for (const [name, value] of Object.entries(values)) {
    form.set(name, typeof value === 'string' ? value : (new File([value as never], 'my photo.png') as never));
  }
  return q.json<Body>(`/api/resources/parts${path}`, { as, method, body: form });
}

test.serial(
  '#5, #6: FormData brings files: with POST a new row’s, with POST and _method=PUT another one',
  async (t) => {
    const made = await send('POST', '', { name: 'M3', image: await picture() });
    t.is(made.status, 201, JSON.stringify(made.body));
    t.is(made.body.data.name, 'M3');
    t.is(made.body.data.image?.name, 'my_photo.png');
    t.is(made.body.fields.find(({ name }) => name === 'image')?.type, 'image');
    const { id, image } = made.body.data;
    const file = await q.fetch(image?.url ?? '', { as: root });
    t.deepEqual([file.status, file.headers.get('content-type')], [200, 'image/png']);

    const changed = await send('POST', `/${id}`, { _method: 'PUT', name: 'M4', image: await picture() });
    t.is(changed.status, 200, JSON.stringify(changed.body));
    t.is(changed.body.data.name, 'M4');
    t.not(changed.body.data.image?.url, image?.url);
    t.is(await kept(), 1);

    const back = await q.json<Detail>(`/api/resources/parts/${id}`, {
      as: root,
      method: 'PUT',
      json: changed.body.data,
    });
    t.deepEqual(back.body.data.image, changed.body.data.image, 'what was shown may be sent back');
    const inline = await send<{ data: { image: object } }>('PUT', `/${id}/inline/image`, { image: await picture() });
    t.is(inline.status, 200);
    t.notDeepEqual(inline.body.data.image, changed.body.data.image);
    const cleared = await send('POST', `/${id}`, { _method: 'PUT', image: '' });
    t.is(cleared.body.data.image, null);
    t.is(await kept(), 0);
  },
);

test.serial('#5: files that are no images, or come where none are taken, are refused and leave nothing', async (t) => {
  const junk = await send<Refused>('POST', '', { name: 'M5', image: Buffer.from('junk') });
  t.deepEqual([junk.status, Object.keys(junk.body.errors)], [422, ['image']]);
  const other = await send<Refused>('POST', '', { name: 'M5', description: await picture() });
  t.deepEqual([other.status, Object.keys(other.body.errors)], [422, ['description']]);
  const nameless = await send<Refused>('POST', '', { image: await picture() });
  t.deepEqual([nameless.status, Object.keys(nameless.body.errors)], [422, ['name']]);
  const reader = await q.person({ username: 'reader', rights: { part: ['view'] } });
  const token = (await deviceToken(q, reader)).clear;
  t.is((await send('POST', '', { name: 'M6', image: await picture() }, token)).status, 403);
  t.is((await send('POST', '/1', { _method: 'DELETE', image: await picture() }, token)).status, 403);
  t.is(await kept(), 0);
  t.deepEqual(await readdir(join(q.dataDir, 'media', '.incoming')), []);
});

test.serial('§4: QUERY asks with a body what GET and POST ask', async (t) => {
  await q.knex('part').insert([{ name: 'washer' }, { name: 'nut' }]);
  const json = { search_columns: { name: 'wash' }, sort_column: 'name' };
  const asked = await Promise.all(
    ['QUERY', 'POST'].map((method) => q.json<Table>('/api/resources/parts/table/parts', { as: root, method, json })),
  );
  t.deepEqual(
    asked.map(({ status, body }) => [status, body.meta.total]),
    [
      [200, 1],
      [200, 1],
    ],
  );
  t.deepEqual(asked[0]?.body, asked[1]?.body);
  t.is((await q.fetch('/api/resources/parts/create', { as: root, method: 'QUERY', json: {} })).status, 200);
  t.is((await q.fetch('/api/resources/parts/1', { as: root, method: 'QUERY', json: {} })).status, 405);
});
