import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import test from 'ava';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { sha256 } from '../../shared/identity/secrets.ts';
import { makeGroup, type Running, start } from '../harness/index.ts';

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const inBrowser = existsSync(executablePath) ? test : test.skip;
if (!existsSync(executablePath)) console.log(`Skipped: no browser at ${executablePath}; set CHROMIUM to one.`);

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** What runs in the page is text: these tests know no types of browsers. Answers what is serious, with where it is. */
const check = (
  only: string,
) => `axe.run(document, { ${only} resultTypes: ['violations'] }).then(({ violations }) => violations
  .filter(({ impact }) => impact === 'serious' || impact === 'critical')
  .map(({ id, nodes }) => id + ': ' + nodes.slice(0, 3).map(({ html }) => html.slice(0, 160)).join(' | ')))`;
const links = `[...document.querySelectorAll('a[href]')].filter((link) => !link.hasAttribute('download')).map((link) => link.href)`;

let q: Running;
let browser: Browser;
test.before(async () => {
  if (!existsSync(executablePath)) return;
  q = await start();
  const root = await q.person({ username: 'root', password: 'correct horse battery', superuser: true, staff: true });
  const bob = await q.person({ username: 'bob', rights: { host: ['view'] } });
  await makeGroup(q.knex, 'Night shift', { stock: ['view'] }, [bob.id]);
  await q.tokenFor(root, { scopes: ['g:read', 'r:add:host', 'r:change:host'] });
  await q.bearerFor(bob, ['g:read']);
  await q.knex('oidc_artifacts').insert({
    kind: 'Grant',
    id_hash: sha256('a grant'),
    grant_id: 'a grant',
    account_id: String(root.id),
    client_id: 'zDFnsiRheJIOKNx6aCQ0quBxECg1QBHtVFDPloJ6',
    payload: { openid: { scope: 'openid g:read offline_access r:add:host' } },
    expires_at: new Date(Date.now() + 3_600_000),
  });
  const [{ id: building_id }] = await q.knex('building').insert({ code: 'B1' }).returning('id');
  await q.knex('lab').insert({ name: 'Attic', building_id });
  browser = await chromium.launch({
    executablePath,
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic'],
  });
});
test.after.always(async () => {
  await browser?.close();
  await q?.close();
});

async function context(wishes: { signedIn: boolean }): Promise<BrowserContext> {
  const made = await browser.newContext({ colorScheme: 'light', viewport: { width: 1280, height: 900 } });
  await made.addInitScript({ content: axe });
  if (wishes.signedIn) {
    const page = await made.newPage();
    await page.goto(`${q.url}/accounts/login/`);
    await page.fill('#username', 'root');
    await page.fill('#password', 'correct horse battery');
    await page.click('button.main');
    await page.waitForURL(`${q.url}/accounts/`);
    await page.close();
  }
  return made;
}

/** What is serious about a page in the light, and about its colours in the dark. */
async function seriousOn(page: Page): Promise<string[]> {
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  const light = await page.evaluate<string[]>(check(''));
  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
  const dark = await page.evaluate<string[]>(check(`runOnly: ['color-contrast'],`));
  return [...light, ...dark.map((each) => `in the dark: ${each}`)].map((each) => `${page.url()}: ${each}`);
}

/** Pages that are alike are looked at once: one of each kind, whatever its number. */
const kindOf = (url: URL): string => url.pathname.replace(/\/api-doc\/.+/, '/api-doc/X').replace(/[^/]*\d[^/]*/g, 'N');

inBrowser('nothing serious keeps anybody from using a page that a superuser can reach by links', async (t) => {
  const signedIn = await context({ signedIn: true });
  const page = await signedIn.newPage();
  const seen = new Set<string>();
  const found: string[] = [];
  const own = /^\/(accounts|admin|o\/applications|api_tokens)(\/|$)/;
  const waiting = [
    '/',
    '/accounts/',
    '/api_tokens',
    '/accounts/confirm/',
    '/o/device/',
    '/admin/people/new-service/',
    '/admin/audit/?actor=nobody-here',
    '/api/',
    '/api/inventory/building/',
    '/api/inventory/building/1/',
    '/api/inventory/lab/?search=nothing-like-it',
    '/api/user/me/',
    '/api-doc/?q=audit',
    '/api-doc/administration/',
    '/search/?q=building',
    '/no/such/page',
  ];
  for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
    const kind = kindOf(new URL(path, q.url));
    if (seen.has(kind)) continue;
    seen.add(kind);
    const response = await page.goto(new URL(path, q.url).href);
    if (!response?.headers()['content-type']?.startsWith('text/html')) continue;
    found.push(...(await seriousOn(page)));
    for (const href of await page.evaluate<string[]>(links)) {
      const url = new URL(href);
      if (url.origin === q.url && own.test(url.pathname)) waiting.push(url.pathname + url.search);
    }
  }
  t.deepEqual(found, []);
  for (const kind of [
    '/admin/people/N/',
    '/admin/groups/N/',
    '/admin/keys/rotate/',
    '/admin/audit/',
    '/o/applications/N/',
  ]) {
    t.true(seen.has(kind), `${kind} is not reached: ${[...seen].join(' ')}`);
  }
  await signedIn.close();
});

inBrowser('nor a page on the way in: signing in, being refused, agreeing to an application, standing in', async (t) => {
  const found: string[] = [];
  const stranger = await context({ signedIn: false });
  const page = await stranger.newPage();
  for (const path of [
    '/',
    '/accounts/login/',
    '/accounts/reset/',
    '/api/',
    '/api/user/',
    '/o/authorize/?client_id=x',
  ]) {
    await page.goto(q.url + path);
    found.push(...(await seriousOn(page)));
  }
  const query = new URLSearchParams({
    client_id: 'zDFnsiRheJIOKNx6aCQ0quBxECg1QBHtVFDPloJ6',
    response_type: 'code',
    redirect_uri: 'http://127.0.0.1:1/',
    scope: 'openid g:read r:add:host',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
  });
  await page.goto(`${q.url}/o/authorize/?${query}`);
  await page.fill('#username', 'root');
  await page.fill('#password', 'wrong');
  await page.click('button.main');
  await page.waitForSelector('.notice, .error');
  found.push(...(await seriousOn(page)));
  await page.fill('#password', 'correct horse battery');
  await page.click('button.main');
  await page.waitForSelector('.permits');
  found.push(...(await seriousOn(page)));
  const bob = await q.knex('users').where({ username: 'bob' }).first('id');
  await page.goto(`${q.url}/admin/people/${bob.id}/stand-in/`);
  await page.click('button.main');
  await page.waitForSelector('.stand-in');
  found.push(...(await seriousOn(page)));
  await page.goto(`${q.url}/admin/`);
  found.push(...(await seriousOn(page)));
  t.deepEqual(found, []);
  await stranger.close();
});

inBrowser('German pages say so to screen readers, and their long words fit on a phone', async (t) => {
  const german = await browser.newContext({ locale: 'de-DE', viewport: { width: 360, height: 800 } });
  await german.addInitScript({ content: axe });
  const page = await german.newPage();
  const found: string[] = [];
  const look = async (path: string) => {
    await page.goto(q.url + path);
    found.push(...(await page.evaluate<string[]>(check(''))).map((each) => `${path}: ${each}`));
    if (await page.evaluate<boolean>('document.documentElement.scrollWidth > innerWidth'))
      found.push(`${path}: too wide`);
    t.is(await page.evaluate('document.documentElement.lang'), 'de', path);
  };
  await look('/accounts/login/');
  await page.fill('#username', 'root');
  await page.fill('#password', 'correct horse battery');
  await page.click('button.main');
  await page.waitForURL(`${q.url}/accounts/`);
  for (const path of [
    '/',
    '/accounts/tokens/',
    '/o/applications/1/update/',
    '/admin/people/1/',
    '/api/booking/booking/',
  ])
    await look(path);
  t.deepEqual(found, []);
  await german.close();
});
