import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { csrfToken, sessionCookie, startSession } from '../../shared/identity/sessions.ts';
import { type Running, start } from '../harness/index.ts';
import { hasBrowser, openBrowser, signIn, troublesOf } from '../journeys/browser.ts';

const inBrowser = hasBrowser ? test.serial : test.serial.skip;
if (!hasBrowser) console.warn('No chromium here: forms with files are not sent from a browser.');

let q: Running;
const keeper = { username: 'keeper', password: 'every bolt has a box' };
const picture = (format: 'png' | 'jpeg') =>
  sharp({ create: { width: 600, height: 300, channels: 3, background: '#3060a0' } })
    .toFormat(format)
    .toBuffer();

test.before(async () => {
  q = await start({ config: { attachmentMegabytes: 1 } });
  const all = ['view', 'add', 'change', 'delete'] as const;
  await q.person({ ...keeper, rights: { part: all, stock: all } });
});
test.after.always(() => q?.close());

const kept = async (area: string) => (await readdir(join(q.dataDir, 'media', area)).catch(() => [])).length;
const makePart = async (name: string) => (await q.knex('part').insert({ name }).returning('id'))[0].id as number;

/** What sends forms of pages as somebody's browser does; `proof` is the token that their pages carry. */
async function senderFor(username: string) {
  const { id } = await q.knex('users').where({ username }).first('id');
  const cookie = await startSession(q.knex, { userId: id, idleHours: 1, address: null, userAgent: null });
  const proof = csrfToken(q.services.config.secretKey, cookie);
  const headers = { accept: 'text/html', cookie: `${sessionCookie}=${cookie}`, 'sec-fetch-site': 'same-origin' };
  const send = async (path: string, entries: [string, string | File][]) => {
    const body = new FormData();
    for (const [name, value] of entries) body.append(name, value);
    const response = await q.fetch(path, { method: 'POST', headers, body });
    return { status: response.status, html: await response.text() };
  };
  const see = async (path: string) => (await q.fetch(path, { headers })).text();
  return { proof, send, see };
}

const image = async () => new File([(await picture('png')) as never], 'photo.png');

inBrowser('Without scripts, somebody gives a part an image, replaces it and takes it away', async (t) => {
  const { context, close } = await openBrowser({ scripts: false });
  try {
    const file = async (name: string, content: Buffer | string) => {
      const path = join(q.dataDir, name);
      await writeFile(path, content);
      return path;
    };
    const page: Page = await context.newPage();
    await page.goto(`${q.url}/accounts/login/?next=/api/part/`);
    await signIn(page, keeper);
    const form = page.locator('#create');
    t.true(await form.getByText('A PNG, JPEG, WebP or GIF. At most 1 MB.').isVisible());
    await form.getByLabel('Name').fill('Pictured');
    await form.getByLabel('Image').setInputFiles(await file('no-image.png', 'junk'));
    await form.getByRole('button', { name: 'Create part' }).click();
    t.regex(await page.locator('#form-image-error').innerText(), /no image that can be read/);
    t.is(await page.getByLabel('Name').inputValue(), 'Pictured');

    await page.getByLabel('Image').setInputFiles(await file('huge.png', Buffer.alloc(1_500_000)));
    await page.getByRole('button', { name: 'Create part' }).click();
    t.is(await page.locator('#form-image-error').innerText(), 'A file may have at most 1 MB.');
    t.true(await page.getByText('has to be chosen again').isVisible());

    await page.getByLabel('Image').setInputFiles(await file('first.png', await picture('png')));
    await page.getByRole('button', { name: 'Create part' }).click();
    t.is(await page.getByRole('status').innerText(), 'Created.');

    await page.locator('#change > summary').click();
    const change = page.locator('#change');
    t.true(await page.evaluate('document.querySelector("#change img").naturalWidth > 0'));
    await change.getByLabel('Image').setInputFiles(await file('second.jpg', await picture('jpeg')));
    await change.getByRole('button', { name: 'Save changes' }).click();
    t.is(await kept('images'), 1);

    await page.locator('#change > summary').click();
    await page.setViewportSize({ width: 320, height: 700 });
    t.deepEqual(await troublesOf(page, q.url), []);
    t.regex((await change.locator('.file-now a').getAttribute('href')) ?? '', /second\.jpg$/);
    await change.getByLabel('Remove this file').check();
    await change.getByRole('button', { name: 'Save changes' }).click();
    t.is(await page.getByRole('status').innerText(), 'Saved.');
    t.is((await q.knex('part').where({ name: 'Pictured' }).first()).image, null);
    t.is(await kept('images'), 0);
  } finally {
    await close();
  }
});

test.serial('A change of something else leaves the file where it is', async (t) => {
  const path = `/api/part/${await makePart('Left alone')}/`;
  const { proof, send, see } = await senderFor('keeper');
  const first: [string, string | File][] = [
    ['csrfmiddlewaretoken', proof],
    ['_method', 'PATCH'],
  ];
  t.is((await send(path, [...first, ['image', await image()]])).status, 303);
  const was = /name="was-image" value="([^"]+)"/.exec(await see(path))?.[1] ?? '';
  t.regex(was, /photo\.png$/);
  // A control that nothing was chosen in sends a file without name or content.
  const none = new File([], '');
  const sent = await send(path, [
    ...first,
    ['was-name', 'Left alone'],
    ['name', ''],
    ['was-image', was],
    ['image', none],
  ]);
  t.is(sent.status, 400);
  t.true(sent.html.includes(`href="${was}"`));
  const renamed = [...first, ['name', 'Renamed'], ['was-image', was], ['image', none]] as typeof first;
  t.is((await send(path, renamed)).status, 303);
  t.true((await see(path)).includes(was));
});

test.serial('The attachment of a test result comes with its form', async (t) => {
  const part = await makePart('Tested');
  const [item] = await q.knex('stock_item').insert({ part_id: part, quantity: 1 }).returning('id');
  const [template] = await q.knex('test_template').insert({ part_id: part, test_name: 'Hum' }).returning('id');
  const { proof, send, see } = await senderFor('keeper');
  const { status } = await send('/api/stock/test/', [
    ['csrfmiddlewaretoken', proof],
    ['stock_item', String(item.id)],
    ['template', String(template.id)],
    ['attachment', new File(['1,2,3'], 'hum over time.csv')],
  ]);
  t.is(status, 303);
  const { id, attachment } = await q.knex('test_result').first('id', 'attachment');
  t.regex(attachment, /^files\/.*\/hum_over_time\.csv$/);
  t.true((await see(`/api/stock/test/${id}/`)).includes(`href="/media/${attachment}"`));
});

test.serial('A form with a file is refused without the token of its page, and its file is not taken in', async (t) => {
  const path = `/api/part/${await makePart('Forged')}/`;
  const { proof, send } = await senderFor('keeper');
  const before = await kept('images');
  const file: [string, File] = ['image', await image()];
  t.is((await send(path, [['_method', 'PATCH'], file])).status, 403);
  t.is((await send(path, [['csrfmiddlewaretoken', 'guessed'], ['_method', 'PATCH'], file])).status, 403);
  // What comes behind the file is not read before it is known who sends it.
  t.is((await send(path, [['_method', 'PATCH'], file, ['csrfmiddlewaretoken', proof]])).status, 403);
  t.is(await kept('images'), before);
  t.is(await kept('.incoming'), 0);
});

test.serial('Who may only look at parts sends no file', async (t) => {
  await q.person({ username: 'onlooker', rights: { part: ['view'] } });
  const { proof, send, see } = await senderFor('onlooker');
  const path = `/api/part/${await makePart('Looked at')}/`;
  t.false((await see(path)).includes('type="file"'));
  const before = await kept('images');
  const entries: [string, string | File][] = [
    ['csrfmiddlewaretoken', proof],
    ['_method', 'PATCH'],
    ['image', await image()],
  ];
  t.is((await send(path, entries)).status, 403);
  t.is(await kept('images'), before);
  t.is(await kept('.incoming'), 0);
});
