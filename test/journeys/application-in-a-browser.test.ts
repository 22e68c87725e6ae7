import { createHash, randomBytes } from 'node:crypto';
import test from 'ava';
import type { BrowserContext } from 'playwright-core';
import { type Running, start, type TestPerson } from '../harness/index.ts';
import { hasBrowser, loopbackApplication, openBrowser, signIn, troublesOf } from './browser.ts';

const inBrowser = hasBrowser ? test.serial : test.serial.skip;
if (!hasBrowser) console.warn('No chromium here: the journeys through a browser are skipped.');

let q: Running;
let root: TestPerson;
let engineer: TestPerson;
let browser: { context: BrowserContext; close(): Promise<void> };
const complaints: string[] = [];

test.before(async () => {
  if (!hasBrowser) return;
  q = await start();
  root = await q.person({ username: 'root', password: 'the keys of the stores', superuser: true });
  engineer = await q.person({
    username: 'engineer',
    password: 'rack it and stack it',
    firstName: 'Erin',
    rights: { host: ['view', 'add', 'change'] },
  });
  browser = await openBrowser();
  // Refusals that a test provokes are no complaints, and the application's own page is not ours.
  browser.context.on('console', (message) => {
    const ours = message.type() === 'error' && message.location().url.startsWith(q.url);
    if (ours && !/status of 4\d\d/.test(message.text())) complaints.push(message.text());
  });
});
test.after.always(async () => {
  await browser?.close();
  await q?.close();
});

let clientId = '';

inBrowser('A superuser registers an application, and sees an example request made for it', async (t) => {
  const page = await browser.context.newPage();
  await page.goto(`${q.url}/o/applications/`);
  await signIn(page, root);
  await page.waitForURL(`${q.url}/o/applications/`);
  await page
    .getByRole('link', { name: /register/i })
    .first()
    .click();
  await page.getByLabel('Name', { exact: true }).fill('Rack scanner');
  await page.getByLabel('Description').fill('Scans labels and updates hosts.');
  await page.getByLabel('Redirect URIs').fill('http://evil.example/callback');
  await page.getByRole('button', { name: 'Register application' }).click();
  t.regex(await page.locator('main').innerText(), /https|loopback/i, 'plain http is explained, and nothing made');
  t.is(await page.getByLabel('Name', { exact: true }).inputValue(), 'Rack scanner', 'what was typed is kept');
  await page.getByLabel('Redirect URIs').fill('http://127.0.0.1/callback');
  await page.getByLabel(/^Every scope/).check();
  await page.getByRole('button', { name: 'Register application' }).click();
  await page.waitForURL(/\/o\/applications\/\d+\//);
  clientId = await page.locator('#client-id').innerText();
  const example = await page.locator('#example-0').innerText();
  t.true(example.includes(clientId));
  t.true(example.includes('code_challenge_method=S256'));
  t.deepEqual(await troublesOf(page, q.url), []);
  await page.close();
});

inBrowser(
  'Somebody else signs in, reads what it wants, allows it, and lands at the application with a code',
  async (t) => {
    await browser.context.clearCookies();
    const application = await loopbackApplication();
    const verifier = randomBytes(32).toString('base64url');
    const redirectUri = `http://127.0.0.1:${application.port}/callback`;
    const asked = new URLSearchParams({
      response_type: 'code',
      client_id: clientId,
      redirect_uri: redirectUri,
      scope: 'g:read r:add:host r:delete:host',
      state: 'over-there',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    });
    const page = await browser.context.newPage();
    await page.goto(`${q.url}/o/authorize/?${asked}`);
    await signIn(page, engineer);
    await page.waitForURL(/\/o\/interaction\//);
    const consent = await page.locator('main').innerText();
    t.true(consent.includes('Rack scanner'), 'who asks');
    t.regex(consent, /engineer/, 'as whom');
    t.regex(consent, /Add hosts/, 'each scope in plain words');
    t.regex(consent, /do not let you delete hosts/, 'and what the roles will not allow anyway');
    t.is(
      await page.getByRole('link', { name: 'connected applications' }).getAttribute('href'),
      '/accounts/applications/',
    );
    t.deepEqual(await troublesOf(page, q.url), []);
    await page.getByRole('button', { name: 'Allow' }).click();

    const sentBack = await application.sentBack;
    application.close();
    t.is(sentBack.searchParams.get('state'), 'over-there');
    t.is(sentBack.searchParams.get('iss'), `${q.url}/o`);
    const token = await q.json<{ access_token: string; scope: string }>('/o/token/', {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        client_id: clientId,
        code: sentBack.searchParams.get('code') ?? '',
        redirect_uri: redirectUri,
        code_verifier: verifier,
      }),
    });
    t.is(token.status, 200);
    t.deepEqual(token.body.scope.split(' ').sort(), ['g:read', 'r:add:host', 'r:delete:host']);
    const as = token.body.access_token;
    t.is((await q.fetch('/api/inventory/hostbyid/', { as })).status, 200);
    t.is((await q.fetch('/api/inventory/hostbyid/1/', { as, method: 'DELETE' })).status, 403, 'the role withholds it');

    await page.goto(`${q.url}/accounts/applications/`);
    await page.getByRole('link', { name: 'Disconnect Rack scanner' }).click();
    await page.getByRole('button', { name: 'Disconnect' }).click();
    await page.waitForURL(/\/accounts\/applications\//);
    const until = Date.now() + 1000;
    let status = 200;
    while (status === 200 && Date.now() < until) status = (await q.fetch('/api/inventory/hostbyid/', { as })).status;
    t.is(status, 401, 'taken back on the page, refused by the API');
    await page.close();
  },
);

inBrowser('Every page fits a phone, loads nothing from elsewhere and breaks no policy of its own', async (t) => {
  await browser.context.clearCookies();
  const page = await browser.context.newPage();
  await page.setViewportSize({ width: 320, height: 640 });
  const signedOut = ['/accounts/login/', '/', '/api-doc/', '/o/authorize/?client_id=nobody'];
  const signedIn = [
    '/',
    '/accounts/',
    '/accounts/password/',
    '/accounts/applications/',
    '/accounts/tokens/',
    '/api_tokens',
    '/o/applications/',
    '/o/applications/register/',
    '/o/device/',
    '/api/',
    '/api/inventory/host/',
    '/api/booking/booking/',
    '/no/such/page',
  ];
  const troubles: string[] = [];
  for (const path of signedOut) {
    await page.goto(q.url + path);
    troubles.push(...(await troublesOf(page, q.url)));
  }
  await page.goto(`${q.url}/accounts/login/`);
  await signIn(page, root);
  await page.waitForURL(/\/accounts\/?$|\/$/);
  for (const path of signedIn) {
    await page.goto(q.url + path);
    t.true((await page.title()).length > 0, path);
    t.is(await page.locator('h1').count(), 1, `${path} has one heading that names it`);
    troubles.push(...(await troublesOf(page, q.url)));
  }
  t.deepEqual([...troubles, ...complaints], []);
  await page.close();
});
