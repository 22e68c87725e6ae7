import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { type Browser, chromium, type Page } from 'playwright-core';
import { makeGroup, type Running, start } from '../harness/index.ts';

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const args = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const inBrowser = existsSync(executablePath) ? test : test.skip;
if (!existsSync(executablePath)) console.log(`Skipped: no browser at ${executablePath}; set CHROMIUM to one.`);

let q: Running;
let browser: Browser;
test.before(async () => {
  if (!existsSync(executablePath)) return;
  q = await start();
  const { id } = await q.person({ username: 'viewer', password: 'correct horse', superuser: true });
  await makeGroup(q.knex, 'Night shift', { host: ['view'] }, [id]);
  browser = await chromium.launch({ executablePath, args });
});
test.after.always(async () => {
  await browser?.close();
  await q?.close();
});

/** What runs in the page is text: these tests know no types of browsers. */
const faintTexts = readFileSync(join(import.meta.dirname, 'faint-texts.js'), 'utf8');
const focus = `(() => {
  const element = document.activeElement;
  const style = getComputedStyle(element);
  return {
    name: element.id || element.getAttribute('name') || element.textContent.trim() || element.tagName,
    ring: element === document.body || style.boxShadow !== 'none' || style.outlineStyle !== 'none',
  };
})()`;
interface Focus {
  readonly name: string;
  readonly ring: boolean;
}

interface Sight {
  readonly scheme: 'light' | 'dark';
  readonly width: number;
}

async function signedIn({ scheme, width }: Sight, complaints: string[]): Promise<Page> {
  const context = await browser.newContext({ colorScheme: scheme, viewport: { width, height: 800 } });
  const page = await context.newPage();
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  await page.goto(`${q.url}/accounts/login/`);
  await page.fill('#username', 'viewer');
  await page.fill('#password', 'correct horse');
  await page.click('button.main');
  await page.waitForURL(`${q.url}/accounts/`);
  return page;
}

const paths = [
  '/accounts/',
  '/accounts/password/',
  '/accounts/applications/',
  '/accounts/tokens/',
  '/api_tokens',
  '/o/applications/',
  '/o/applications/1/',
  '/o/applications/register/',
  '/o/applications/1/delete/',
  '/admin/people/',
  '/admin/people/1/',
  '/admin/people/1/update/',
  '/admin/groups/1/',
  '/admin/second-factors/',
  '/admin/keys/',
  '/admin/audit/',
  '/accounts/login/?next=/o/interaction/x',
];

for (const sight of [
  { scheme: 'light', width: 320 },
  { scheme: 'light', width: 1280 },
  { scheme: 'dark', width: 320 },
  { scheme: 'dark', width: 2560 },
] as const) {
  inBrowser(`pages fit and can be read, ${sight.scheme}, ${sight.width} px wide`, async (t) => {
    const complaints: string[] = [];
    const page = await signedIn(sight, complaints);
    for (const path of paths) {
      await page.goto(q.url + path);
      t.true(
        await page.evaluate<boolean>('document.documentElement.scrollWidth <= innerWidth'),
        `${path} scrolls sideways`,
      );
      const faint = await page.evaluate<string[]>(faintTexts);
      t.deepEqual(faint, [], path);
    }
    t.deepEqual(complaints, []);
    await page.context().close();
  });
}

inBrowser('the keyboard alone reaches everything, and one sees where it is', async (t) => {
  const page = await signedIn({ scheme: 'light', width: 1280 }, []);
  await page.goto(`${q.url}/api_tokens`);
  await page.keyboard.press('Tab');
  t.is(await page.evaluate<string>('document.activeElement.textContent'), 'Skip to content');
  const reached = new Set<string>();
  for (let i = 0; i < 80; i += 1) {
    await page.keyboard.press('Tab');
    const { name, ring } = await page.evaluate<Focus>(focus);
    t.true(ring, `${name} shows no focus`);
    reached.add(name);
  }
  for (const name of ['Account', 'Sign out', 'device_name', 'expiration_date', 'bound', 'Make token']) {
    t.true(reached.has(name), `${name} is out of reach: ${[...reached].join(', ')}`);
  }
  await page.context().close();
});

inBrowser(
  'a new token is copied by its button, and without scripts it can be made and seen all the same',
  async (t) => {
    const page = await signedIn({ scheme: 'light', width: 1280 }, []);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: q.url });
    await page.goto(`${q.url}/api_tokens`);
    await page.fill('#device_name', 'By hand');
    await page.click('text=Make token');
    const clear = await page.textContent('#new-token');
    await page.click('[data-copy=new-token]');
    await page.waitForSelector('text=Copied');
    t.is(await page.evaluate<string>('navigator.clipboard.readText()'), clear ?? '');

    const cookies = await page.context().cookies();
    const plain = await browser.newContext({ javaScriptEnabled: false });
    await plain.addCookies(cookies);
    const without = await plain.newPage();
    await without.goto(`${q.url}/api_tokens`);
    await without.fill('#device_name', 'Without scripts');
    t.false(await without.isVisible('[data-copy]'));
    t.false(await without.isVisible('input[value="g:read"]'), 'scopes stay out of the way until they count');
    await without.check('input[name=bound][value=yes]');
    await without.check('input[value="g:read"]');
    await without.click('text=Make token');
    t.regex((await without.textContent('#new-token')) ?? '', /^\d+\|qore_/);
    await plain.close();
    await page.context().close();
  },
);
