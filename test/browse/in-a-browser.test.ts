import test from 'ava';
import type { BrowserContext } from 'playwright-core';
import { type Running, start } from '../harness/index.ts';
import { hasBrowser, openBrowser, signIn, troublesOf } from '../journeys/browser.ts';

const inBrowser = hasBrowser ? test.serial : test.serial.skip;
if (!hasBrowser) console.warn('No chromium here: the pages of the API are not looked at in a browser.');

type Opened = { context: BrowserContext; close(): Promise<void> };

let q: Running;
let plain: Opened;
let scripted: Opened;
const complaints: string[] = [];
const engineer = { username: 'engineer', password: 'rack it and stack it' };

test.before(async () => {
  if (!hasBrowser) return;
  q = await start();
  const all = ['view', 'add', 'change', 'delete'] as const;
  await q.person({ ...engineer, rights: { host: all, location: all, booking: all } });
  const [type] = await q.knex('host_type').insert({ name: 'Server' }).returning('id');
  await q.knex('host_hardware').insert({ name: 'R750', host_type_id: type.id });
  plain = await openBrowser({ scripts: false });
  scripted = await openBrowser();
  scripted.context.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
});
test.after.always(async () => {
  await plain?.close();
  await scripted?.close();
  await q?.close();
});

inBrowser(
  'Without scripts, somebody signs in, makes a host, mends a refused form, changes the host and deletes it',
  async (t) => {
    const page = await plain.context.newPage();
    await page.goto(`${q.url}/api/inventory/host/`);
    t.is(await page.locator('h1').innerText(), 'Sign in to see this');
    await page.locator('main').getByRole('link', { name: 'Sign in' }).click();
    await signIn(page, engineer);
    t.is(new URL(page.url()).pathname, '/api/inventory/host/');

    const form = page.locator('#create');
    await form.getByLabel('Hostname').fill('plain-01');
    await form.getByLabel('IP').fill('10.0.0.300');
    await form.getByLabel('Hardware').selectOption({ label: '[Server] R750' });
    await form.getByRole('button', { name: 'Create host' }).click();
    t.is(await page.getByLabel('Hostname').inputValue(), 'plain-01');
    t.regex(await page.locator('#form-ip-error').innerText(), /IP address/);
    await page.getByLabel('IP').fill('10.0.0.30');
    await page.getByRole('button', { name: 'Create host' }).click();
    t.is(await page.locator('h1').innerText(), 'plain-01');
    t.is(await page.getByRole('status').innerText(), 'Created.');

    await page.locator('#change > summary').click();
    await page.locator('#change').getByLabel('Status').selectOption('active');
    await page.getByRole('button', { name: 'Save changes' }).click();
    t.is(await page.getByRole('status').innerText(), 'Saved.');
    t.is((await q.knex('host').where({ hostname: 'plain-01' }).first()).status, 'active');

    await page.locator('#delete > summary').click();
    await page.getByRole('button', { name: 'Delete host' }).click();
    t.is(await page.getByRole('status').innerText(), 'Deleted.');
    t.is(await q.knex('host').where({ hostname: 'plain-01' }).first(), undefined);
  },
);

inBrowser(
  'Without scripts, the API pages can be read and searched, and show the language that is picked',
  async (t) => {
    const page = await plain.context.newPage();
    await page.goto(`${q.url}/api-doc/`);
    await page.getByLabel('Search operations').fill('delete host');
    await page.getByLabel('Search operations').press('Enter');
    await page.getByRole('link', { name: '/api/inventory/host/{id}/' }).first().click();
    const operation = page.locator('#inventory_host_destroy');
    t.true(await operation.getByText('curl -X DELETE').isVisible());
    await operation.getByText('Python', { exact: true }).click();
    t.false(await operation.getByText('curl -X DELETE').isVisible());
    t.true(await operation.getByText('requests.delete(').isVisible());
  },
);

inBrowser('With scripts, searching narrows at once and a language once picked stays picked', async (t) => {
  const page = await scripted.context.newPage();
  await page.goto(`${q.url}/api-doc/`);
  const shown = () => page.locator('[data-words]:not([hidden])').filter({ visible: true }).count();
  const before = await shown();
  await page.getByLabel('Search operations').fill('cancel');
  const after = await shown();
  t.true(after > 0 && after < before, `${after} of ${before}`);
  await page.getByLabel('Search operations').fill('there is no such operation');
  t.is(await shown(), 0);
  t.true(await page.getByText('No operation has these words.').isVisible());
  await page.goto(`${q.url}/api-doc/hosts/`);
  await page.locator('#inventory_host_list').getByText('JavaScript', { exact: true }).click();
  await page.goto(`${q.url}/api-doc/racks/`);
  t.true(await page.locator('#inventory_rack_list').getByText('await fetch(').isVisible());
});

for (const [width, scheme] of [
  [320, 'dark'],
  [1280, 'light'],
] as const) {
  inBrowser(`No page is wider than a window of ${width} px, loads from elsewhere or breaks its policy`, async (t) => {
    const page = await scripted.context.newPage();
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme: scheme });
    if (width === 320) {
      await page.goto(`${q.url}/accounts/login/?next=/`);
      await signIn(page, engineer);
    }
    for (const path of [
      '/',
      '/search/?q=r',
      '/api/',
      '/api/inventory/host/',
      '/api/inventory/hosthardware/1/',
      '/api/booking/booking/',
      '/api-doc/',
      '/api-doc/hosts/',
      '/api-doc/api-tokens/',
    ]) {
      await page.goto(q.url + path);
      await page.evaluate('for (const one of document.querySelectorAll("details")) one.open = true');
      t.deepEqual(await troublesOf(page, q.url), []);
    }
    t.deepEqual(complaints, []);
  });
}
