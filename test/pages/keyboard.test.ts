import test, { type ExecutionContext } from 'ava';
import { Secret, TOTP } from 'otpauth';
import type { Page } from 'playwright-core';
import { type Running, start } from '../harness/index.ts';
import { hasBrowser, loopbackApplication, openBrowser } from '../journeys/browser.ts';

// Nobody touches a mouse here: Tab leads to what is wanted, Enter and Space do it.

const inBrowser = hasBrowser ? test.serial : test.serial.skip;
if (!hasBrowser) console.log('Skipped: no browser; set CHROMIUM to one.');

let q: Running;
let browser: Awaited<ReturnType<typeof openBrowser>>;
let page: Page;
test.before(async () => {
  if (!hasBrowser) return;
  q = await start();
  browser = await openBrowser();
  page = await browser.context.newPage();
});
test.after.always(async () => {
  await browser?.close();
  await q?.close();
});

const password = 'correct horse battery';

/** What has the focus, by what people call it: its label, its words, or where it leads. */
const focused = `(() => {
  const element = document.activeElement;
  const label = element.labels?.[0]?.textContent ?? element.getAttribute('aria-label') ?? element.textContent;
  return [label.trim().replace(/\\s+/g, ' '), element.name ?? '', element.value ?? ''].join(' | ');
})()`;

/** Presses Tab until something has the focus whose name, or field and value, match. */
async function tabTo(t: ExecutionContext, wanted: RegExp): Promise<void> {
  const passed: string[] = [];
  for (let presses = 0; presses < 200; presses++) {
    const name = await page.evaluate<string>(focused);
    if (wanted.test(name)) return;
    passed.push(name.slice(0, 40));
    await page.keyboard.press('Tab');
  }
  t.fail(`${wanted} is out of reach on ${page.url()}: ${passed.join(', ')}`);
}

async function type(t: ExecutionContext, field: RegExp, text: string): Promise<void> {
  await tabTo(t, field);
  await page.keyboard.type(text);
}

/** Presses a key on what is wanted, and waits for the page that it leads to. */
async function press(
  t: ExecutionContext,
  wanted: RegExp,
  key: 'Enter' | 'Space',
  until: RegExp | ((url: URL) => boolean),
): Promise<void> {
  await tabTo(t, wanted);
  await Promise.all([page.waitForURL(until), page.keyboard.press(key)]);
}

async function signIn(t: ExecutionContext, username: string, until: RegExp): Promise<void> {
  await type(t, /\| username \|/, username);
  await type(t, /\| password \|/, password);
  await Promise.all([page.waitForURL(until), page.keyboard.press('Enter')]);
}

inBrowser('by keyboard alone: signing in for an application, with a second factor, and letting it in', async (t) => {
  await q.person({ username: 'kim', password });
  await page.goto(`${q.url}/accounts/login/`);
  await signIn(t, 'kim', /\/accounts\/$/);
  await page.goto(`${q.url}/accounts/security/app/`);
  const secret = Secret.fromBase32((await page.textContent('#totp-secret')) ?? '');
  await type(t, /\| code \|/, new TOTP({ secret }).generate());
  await tabTo(t, /^Add the app/);
  await page.keyboard.press('Enter');
  await page.waitForSelector('#codes');
  await press(t, /^I have kept them/, 'Enter', /\/accounts\/security\/$/);
  await press(t, /^Sign out/, 'Space', /\/accounts\/login\//);

  const application = await loopbackApplication();
  t.teardown(application.close);
  const query = new URLSearchParams({
    client_id: 'zDFnsiRheJIOKNx6aCQ0quBxECg1QBHtVFDPloJ6',
    response_type: 'code',
    redirect_uri: `http://127.0.0.1:${application.port}/`,
    scope: 'openid g:read',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
  });
  await page.goto(`${q.url}/o/authorize/?${query}`);
  await signIn(t, 'kim', /second-factor/);
  await type(t, /\| code \|/, new TOTP({ secret }).generate({ timestamp: Date.now() + 30_000 }));
  await Promise.all([page.waitForURL(/\/o\/interaction\//), page.keyboard.press('Enter')]);
  await press(t, /^Allow/, 'Space', (url) => url.port === String(application.port));
  t.truthy((await application.sentBack).searchParams.get('code'));
});

inBrowser('by keyboard alone: registering an application, and ticking what a group may do', async (t) => {
  await browser.context.clearCookies();
  await q.person({ username: 'root', password, superuser: true });
  await page.goto(`${q.url}/o/applications/`);
  await signIn(t, 'root', /\/o\/applications\/$/);
  await press(t, /^Register application/, 'Enter', /register\/$/);
  await type(t, /\| name \|/, 'Rack planner');
  await tabTo(t, /\| client_type \| /);
  await page.keyboard.press('ArrowDown');
  await type(t, /\| redirect_uris \|/, 'https://planner.example/cb');
  await tabTo(t, /\| every_scope \|/);
  await page.keyboard.press('Space');
  await tabTo(t, /^Register application/);
  await page.keyboard.press('Enter');
  await page.waitForSelector('#shown-secret');
  t.like(await q.knex('applications').where({ name: 'Rack planner' }).first(), { client_type: 'confidential' });

  await press(t, /^Admin/, 'Enter', /\/admin\//);
  await press(t, /^Groups/, 'Enter', /\/admin\/groups\/$/);
  await type(t, /\| name \|/, 'Night shift');
  await Promise.all([page.waitForURL(/\/admin\/groups\/\d+\//), page.keyboard.press('Enter')]);
  await tabTo(t, /\| right \| host:add/);
  await page.keyboard.press('Space');
  await tabTo(t, /^Save/);
  await page.keyboard.press('Enter');
  await page.waitForSelector('.notice.good');
  const ruleset = await q
    .knex('rulesets')
    .join('groups', 'groups.id', 'group_id')
    .where({ 'groups.name': 'Night shift', 'rulesets.name': 'host' })
    .first('can_view', 'can_add', 'can_change', 'can_delete');
  t.deepEqual(ruleset, { can_view: true, can_add: true, can_change: true, can_delete: false });
});
