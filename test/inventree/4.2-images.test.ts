import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import sharp from 'sharp';
import { type Bench, type Body, openBench } from './bench.ts';

let b: Bench;
test.before(async () => {
  b = await openBench();
});
test.after.always(() => b?.q.close());

const picture = (format: 'png' | 'jpeg' | 'webp' | 'gif' | 'tiff', width = 600) =>
  sharp({ create: { width, height: 300, channels: 3, background: '#3060a0' } })
    .toFormat(format)
    .toBuffer();

const send = async (
  path: string,
  content: Buffer | string,
  more: Record<string, string> = {},
  method = 'PATCH',
  as = b.token,
) => {
  const form = new FormData();
  for (const [name, value] of Object.entries(more)) form.set(name, value);
  form.set('image', new File([content as never], 'my photo.png'));
  const response = await b.q.fetch(`${path}?format=json`, { as, method, body: form });
  return { status: response.status, body: (await response.json()) as Body };
};
const kept = async () => (await readdir(join(b.q.dataDir, 'media', 'images')).catch(() => [])).length;

test.serial('An image is set by a form, shown with a thumbnail, and taken away by null', async (t) => {
  const part = await b.makePart();
  const path = `/api/part/${part}/`;
  const { status, body } = await send(path, await picture('png'), { description: 'With a picture' });
  t.is(status, 200, JSON.stringify(body));
  t.is(body.description, 'With a picture');
  t.regex(String(body.image), /^\/media\/images\/[\w-]+\/my_photo\.png$/);
  t.regex(String(body.thumbnail), /my_photo\.thumbnail\.png$/);
  const whole = await b.q.fetch(String(body.image), { as: b.token });
  t.deepEqual([whole.status, whole.headers.get('content-type')], [200, 'image/png']);
  t.like(await sharp(Buffer.from(await whole.arrayBuffer())).metadata(), { width: 600, height: 300 });
  const small = await b.q.fetch(String(body.thumbnail), { as: b.token });
  t.like(await sharp(Buffer.from(await small.arrayBuffer())).metadata(), { width: 256, height: 128 });

  // `save()` sends back everything, the image's path too.
  const same = await b.patch(path, { ...body, description: 'Saved' });
  t.is(same.body.image, body.image);
  const next = await send(path, await picture('webp'));
  t.not(next.body.image, body.image);
  t.is((await b.q.fetch(String(body.image), { as: b.token })).status, 404);
  t.is(await kept(), 1);
  t.is((await b.patch(path, { image: null })).body.image, null);
  t.is((await b.get(path)).body.thumbnail, '');
  t.is(await kept(), 0);
});

test.serial('What is no image, or a broken one, is refused and leaves nothing behind', async (t) => {
  const path = `/api/part/${await b.makePart()}/`;
  const broken = (await picture('png')).subarray(0, 120);
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(1)</script></svg>';
  for (const content of ['junk', '', broken, svg, await picture('tiff')]) {
    const { status, body } = await send(path, content);
    t.deepEqual([status, Object.keys(body)], [400, ['image']], String(content).slice(0, 20));
  }
  t.is((await send(path, await picture('png'), { name: '' })).status, 400);
  t.is((await send('/api/part/99999/', await picture('png'))).status, 404);
  t.is(await kept(), 0);
  t.is((await readdir(join(b.q.dataDir, 'media', '.incoming'))).length, 0);
});

test.serial('A part can be made with its image, and takes it along when it goes', async (t) => {
  const { status, body } = await send(
    '/api/part/',
    await picture('jpeg'),
    { name: 'Pictured', active: 'False' },
    'POST',
  );
  t.is(status, 201, JSON.stringify(body));
  t.like(body, { name: 'Pictured', active: false });
  t.is(await kept(), 1);
  t.is((await b.remove(`/api/part/${body.pk}/`)).status, 204);
  t.is(await kept(), 0);
});

test.serial('A company has an image like a part, and takes it along when it goes', async (t) => {
  const { body: made } = await b.post('/api/company/', { name: 'Pictured & Co' });
  t.like(made, { image: null, thumbnail: '' });
  const path = `/api/company/${made.pk}/`;
  const { status, body } = await send(path, await picture('webp'));
  t.is(status, 200, JSON.stringify(body));
  t.regex(String(body.image), /my_photo\.webp$/);
  t.is((await b.q.fetch(String(body.thumbnail), { as: b.token })).headers.get('content-type'), 'image/webp');
  t.is((await send(path, 'junk')).status, 400);
  t.is((await b.patch(path, { description: 'No file sent' })).body.image, body.image);
  t.is(await kept(), 1);
  t.is((await b.remove(path)).status, 204);
  t.is(await kept(), 0);
});

test('Only who may view parts sees their images, and only who may change them sets one', async (t) => {
  const path = `/api/part/${await b.makePart()}/`;
  const image = await picture('gif', 300);
  const { body } = await send(path, image);
  t.is((await b.q.fetch(String(body.image))).status, 401);
  t.is((await b.q.fetch(String(body.image), { as: await b.q.bearerFor(b.keeper, ['r:view:stock']) })).status, 404);
  const reader = await b.q.bearerFor(b.keeper, ['g:read']);
  t.is((await b.q.fetch(String(body.thumbnail), { as: reader })).status, 200);
  t.is((await send(path, image, {}, 'PATCH', reader)).status, 403);
  t.is((await send(path, image, {}, 'PATCH', 'Bearer nonsense')).status, 401);
});
