import test from 'ava';
import type { BrowserContext, CDPSession, Page } from 'playwright-core';
import { type Running, start } from '../harness/index.ts';
import { hasBrowser, openBrowser, signIn, troublesOf } from './browser.ts';

const inBrowser = hasBrowser ? test.serial : test.serial.skip;
if (!hasBrowser) console.warn('No chromium here: the journey with a passkey is skipped.');

let q: Running;
let browser: { context: BrowserContext; close(): Promise<void> };
let page: Page;
let device: CDPSession;
let authenticatorId: string;
test.before(async () => {
  if (!hasBrowser) return;
  // Passkeys belong to a name, never to a bare address.
  q = await start({ hostname: 'localhost' });
  browser = await openBrowser();
  page = await browser.context.newPage();
  device = await browser.context.newCDPSession(page);
  await device.send('WebAuthn.enable');
  ({ authenticatorId } = await device.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  }));
});
test.after.always(async () => {
  await browser?.close();
  await q?.close();
});

const person = { username: 'keyholder', password: 'correct horse' };

inBrowser('somebody adds a passkey, is given recovery codes, and is told that the device has it already', async (t) => {
  await q.person(person);
  await page.goto(`${q.url}/accounts/security/`);
  await signIn(page, person);
  await page.getByRole('link', { name: 'Add passkey' }).click();
  await page.getByLabel('Name of the passkey').fill('Test laptop');
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  await page.getByRole('heading', { name: 'Keep these recovery codes' }).waitFor();
  t.is((await page.locator('#codes').innerText()).trim().split('\n').length, 10);
  await page.getByRole('link', { name: 'I have kept them' }).click();
  t.regex(await page.locator('main').innerText(), /Test laptop/);
  t.deepEqual(await troublesOf(page, q.url), []);
  const [session] = await q.knex('sessions').select('amr');
  t.deepEqual(session.amr.slice(-1), ['mfa']);

  await page.goto(`${q.url}/accounts/security/passkey/`);
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  await page.getByText('This device has a passkey for you already.').waitFor();
  t.is((await q.knex('passkeys')).length, 1);
});

inBrowser('it signs them in without username and password, and an answer counts once', async (t) => {
  await page.goto(`${q.url}/accounts/`);
  await page.getByRole('button', { name: 'Sign out' }).click();
  const sent = page.waitForRequest((request) => request.url().endsWith('/accounts/login/passkey/'));
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  const body = (await sent).postData() ?? '';
  await page.waitForURL(`${q.url}/accounts/`);
  const [session] = await q.knex('sessions').orderBy('id', 'desc').select('amr');
  t.true(session.amr.includes('mfa') && !session.amr.includes('pwd'));

  await page.getByRole('button', { name: 'Sign out' }).click();
  const cookies = (await browser.context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
  const headers = { origin: q.url, cookie: cookies, 'content-type': 'application/x-www-form-urlencoded' };
  const replayed = await q.fetch('/accounts/login/passkey/', { method: 'POST', body, headers });
  t.is(replayed.status, 422);
  t.regex(await replayed.text(), /This passkey did not work/);
});

inBrowser('after the password it is the second factor, and where it is refused the page says so', async (t) => {
  await device.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false });
  await page.goto(`${q.url}/accounts/login/`);
  await signIn(page, person);
  await page.getByRole('heading', { name: 'One more proof' }).waitFor();
  await page.getByRole('button', { name: 'Use your passkey' }).click();
  await page.getByText('The browser gave no passkey.').waitFor();
  await device.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: true });
  await page.getByRole('button', { name: 'Use your passkey' }).click();
  await page.waitForURL(`${q.url}/accounts/`);
  await q.knex('sessions').update({ auth_time: q.knex.raw(`now() - interval '1 hour'`) });
  await page.goto(`${q.url}/accounts/security/recovery-codes/`);
  t.is(new URL(page.url()).pathname, '/accounts/confirm/');
  await page.getByRole('button', { name: 'Use your passkey' }).click();
  await page.waitForURL(`${q.url}/accounts/security/recovery-codes/`);
  t.deepEqual(await troublesOf(page, q.url), []);
});
