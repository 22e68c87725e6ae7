import test from 'ava';
import { renderPage } from '../../idp/pages/pages.ts';
import { assetUrl } from '../../shared/pages/assets.ts';
import { moment } from '../../shared/pages/moment.ts';
import { FormBrowser } from '../harness/form-browser.ts';
import { type Running, start } from '../harness/index.ts';

let q: Running;
test.before(async () => {
  q = await start();
  await q.person({ username: 'admin-of-pages', password: 'correct horse', superuser: true });
});
test.after.always(() => q?.close());

const paths = [
  '/accounts/',
  '/accounts/password/',
  '/accounts/applications/',
  '/accounts/tokens/',
  '/api_tokens',
  '/accounts/logout/',
  '/o/applications/',
  '/o/applications/1/',
  '/o/applications/register/',
  '/o/applications/1/update/',
  '/o/applications/1/delete/',
  '/o/applications/1/disable/',
];

test('every page runs only our own files, is never framed and never kept', async (t) => {
  const browser = new FormBrowser(q.url);
  const signIn = await browser.open('/accounts/login/');
  await browser.signIn(signIn, { username: 'admin-of-pages', password: 'correct horse' });
  const pages = await Promise.all(paths.map((path) => browser.open(path)));
  for (const page of [signIn, ...pages]) {
    t.is(page.status, 200, page.url.pathname);
    const policy = page.headers.get('content-security-policy') ?? '';
    t.regex(policy, /default-src 'none'/);
    t.regex(policy, /frame-ancestors 'none'/);
    t.notRegex(policy, /unsafe/);
    t.is(page.headers.get('cache-control'), 'no-store');
    t.is(page.headers.get('x-content-type-options'), 'nosniff');
    t.notRegex(page.html, /<script(?![^>]*\bsrc=)|<style|\sstyle="|\son[a-z]+="/i, page.url.pathname);
    t.is(page.html.match(/<h1/g)?.length, 1, page.url.pathname);
    t.notRegex(page.html, /undefined|\[object/, page.url.pathname);
  }
});

test('each field has a label, and what describes it exists', async (t) => {
  const browser = new FormBrowser(q.url);
  await browser.signIn(await browser.open('/accounts/login/'), {
    username: 'admin-of-pages',
    password: 'correct horse',
  });
  for (const path of paths) {
    const { html } = await browser.open(path);
    const ids = [...html.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id!);
    t.is(new Set(ids).size, ids.length, `${path} has an id twice`);
    for (const [field] of html.matchAll(/<(?:input|select|textarea)\b[^>]*>/g)) {
      if (/type="hidden"|\shidden\b/.test(field)) continue;
      const id = /\sid="([^"]+)"/.exec(field)?.[1];
      const before = html.slice(0, html.indexOf(field));
      const wrapped = before.lastIndexOf('<label') > before.lastIndexOf('</label>');
      t.true(wrapped || html.includes(`for="${id}"`), `${path}: ${field}`);
    }
    for (const [, described = ''] of html.matchAll(/aria-(?:describedby|labelledby)="([^"]+)"/g)) {
      for (const id of described.split(' ')) t.true(ids.includes(id), `${path}: ${id}`);
    }
  }
});

test('a stylesheet is kept for good under an address that its content gives it', async (t) => {
  const url = assetUrl('quartermaster.css');
  t.regex(url, /^\/assets\/quartermaster\.[\w-]{12}\.css$/);
  const answer = await q.fetch(url);
  t.is(answer.status, 200);
  t.is(answer.headers.get('content-type'), 'text/css; charset=utf-8');
  t.is(answer.headers.get('cache-control'), 'public, max-age=31536000, immutable');
  t.regex(await answer.text(), /prefers-color-scheme: dark/);
  t.is((await q.fetch('/assets/quartermaster.css')).status, 404);
  t.is((await q.fetch('/assets/..%2fpages.ts')).status, 404);
});

test('what comes from elsewhere is text on a page, never markup', (t) => {
  const evil = '<script>alert("x")</script>\'&';
  const html = renderPage('consent', {
    action: '/x',
    csrf: evil,
    application: { name: evil, description: evil, clientId: evil, homepage: evil },
    person: { username: evil, name: evil },
    scopes: [{ scope: evil, sentence: evil, withheld: evil }],
    manageUrl: '/accounts/applications/',
  });
  t.notRegex(html, /<script>/);
  t.regex(html, /&lt;script&gt;alert\(&quot;x&quot;\)/);
});

test('a page that does not exist says so and shows the way back', async (t) => {
  const answer = await q.fetch('/accounts/nothing-like-this/', { headers: { accept: 'text/html' } });
  t.is(answer.status, 404);
  t.regex(await answer.text(), /Nothing here[\s\S]*href="\/accounts\/"/);
});

test('an address without its last slash leads to the page', async (t) => {
  for (const path of ['/accounts', '/accounts/login', '/o/applications', '/o/applications/1/update']) {
    const answer = await q.fetch(`${path}?a=b`);
    t.is(answer.status, 301, path);
    t.is(new URL(answer.headers.get('location')!, q.url).href, `${q.url}${path}/?a=b`);
  }
  t.is((await q.fetch('/accounts/login', { method: 'POST' })).status, 404, 'a form is not sent on');
});

test('a time carries its zone', (t) => {
  const at = new Date('2026-11-22T13:05:00Z');
  t.deepEqual(moment(at, 'UTC'), { iso: '2026-11-22T13:05:00.000Z', text: '22 Nov 2026, 13:05 UTC' });
  t.is(moment(at, 'Europe/Berlin').text, '22 Nov 2026, 14:05 CET');
  t.is(moment(null, 'UTC'), null);
});
