import test from 'ava';
import { sessionCookie, startSession } from '../../shared/identity/sessions.ts';
import { type Running, start, type TestPerson } from '../harness/index.ts';

// The page that searches everything, as a browser gets it.
let q: Running;
let engineer: TestPerson;
let storekeeper: TestPerson;

test.before(async () => {
  q = await start();
  engineer = await q.person({ username: 'engineer', rights: { host: ['view'], part: ['view'] } });
  storekeeper = await q.person({ username: 'storekeeper', rights: { part: ['view'] } });
  await q.services.pool.query(`
    INSERT INTO host_hardware (name) VALUES ('R750');
    INSERT INTO host (hostname, details, hardware_id) SELECT 'scope-' || n, 'Oscilloscope of the lab', id
      FROM host_hardware, generate_series(1, 12) AS n;
    INSERT INTO part (name, ipn, description) VALUES ('Probe <b>10:1</b>', 'QM-1', 'For an oscilloscope'), ('Screw', '', 'M3');
  `);
});
test.after.always(() => q?.close());

async function see(path: string, person?: TestPerson, language = 'en') {
  const headers: Record<string, string> = { accept: 'text/html', 'accept-language': language };
  if (person) {
    const session = await startSession(q.knex, { userId: person.id, idleHours: 1, address: null, userAgent: null });
    headers.cookie = `${sessionCookie}=${session}`;
  }
  const response = await q.fetch(path, { headers });
  return { status: response.status, html: await response.text() };
}

test('one search shows what of each kind holds a word, how many they are, and the way to all of them', async (t) => {
  const { status, html } = await see('/search/?q=oscilloscope', engineer);
  t.is(status, 200);
  t.regex(html, /Hosts <span[^>]*>12</);
  t.is(html.match(/<a href="\/api\/inventory\/host\/\d+\/">scope-\d+</g)?.length, 5);
  t.regex(html, /<a href="\/api\/inventory\/host\/\?search=oscilloscope">All 12: Hosts</);
  t.regex(html, /Parts <span[^>]*>1</);
  const all = await see('/api/inventory/host/?search=oscilloscope', engineer);
  t.is(all.html.match(/<a href="\/api\/inventory\/host\/\d+\/">/g)?.length, 12);
});

test('the kind with the best find comes first, and each find leads to its row', async (t) => {
  const { html } = await see('/search/?q=probe', engineer);
  const [, href = ''] = /<ul class="finds">\s*<li><a href="([^"]*)">/.exec(html) ?? [];
  t.regex(href, /^\/api\/part\/\d+\/$/);
  t.is((await see(href, engineer)).status, 200);
});

test('what is found is shown as text, and what a label says is not said twice', async (t) => {
  const { html } = await see('/search/?q=QM-1', engineer);
  t.true(html.includes('Probe &lt;b&gt;10:1&lt;/b&gt;'));
  t.false(html.includes('<b>10:1</b>'));
  t.is(html.split('Probe &lt;b&gt;').length - 1, 1);
  const hostile = await see(`/search/?q=${encodeURIComponent('"><script>alert(1)</script>')}`, engineer);
  t.is(hostile.status, 200);
  t.false(hostile.html.includes('<script>alert'));
});

test('a misspelt word says what was found instead, and the way to all goes by that', async (t) => {
  const { html } = await see('/search/?q=osciloscope', engineer);
  t.regex(html, /Nothing holds “osciloscope”\. This is what “oscilloscope” finds\./);
  t.regex(html, /href="\/api\/inventory\/host\/\?search=oscilloscope"/);
});

test('nobody finds what they may not view', async (t) => {
  const { html } = await see('/search/?q=oscilloscope', storekeeper);
  t.false(html.includes('scope-'));
  t.regex(html, /Parts <span[^>]*>1</);
  const stranger = await see('/search/?q=oscilloscope');
  t.is(stranger.status, 200);
  t.false(/scope-\d|Probe/.test(stranger.html));
  t.true(stranger.html.includes('href="/accounts/login/?next=%2Fsearch%2F%3Fq%3Doscilloscope"'));
});

test('odd questions are answered with a page', async (t) => {
  for (const path of [
    '/search/',
    '/search/?q=',
    '/search/?q=%20%20',
    '/search/?q=a&q=b',
    `/search/?q=${'x'.repeat(3000)}`,
    '/search/?q=%25_%5C',
    '/search/?q=%ED%A0%80',
    '/search/?q=%00%1F',
  ]) {
    const { status, html } = await see(path, engineer);
    t.is(status, 200, path);
    t.true(html.includes('Search everything'), path);
  }
});

test('the start page and every page of somebody signed in lead to the search, in their language', async (t) => {
  t.regex((await see('/', engineer)).html, /<form class="search wide" action="\/search\/" role="search">/);
  t.regex((await see('/api/part/', engineer)).html, /<a class="bar-link" href="\/search\/">Search</);
  t.regex((await see('/search/?q=qqqq', engineer, 'de')).html, /„qqqq“ kommt nirgends vor/);
});
