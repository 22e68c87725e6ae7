import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { Secret, TOTP } from 'otpauth';
import { accountLetters } from '../../idp/mail/letters.ts';
import { openCarrier } from '../../shared/mail/carrier.ts';
import { deliver } from '../../shared/mail/delivery.ts';
import { sharedMessages } from '../../shared/messages/say.ts';
import { readMessages } from '../../shared/messages/speaker.ts';
import { FormBrowser } from '../harness/form-browser.ts';
import { type Running, start } from '../harness/index.ts';

let q: Running;
test.before(async () => {
  q = await start();
  await q.person({ username: 'rosa', password: 'correct horse', superuser: true });
  await q.knex('building').insert({ code: 'B1' });
});
test.after.always(() => q?.close());

const clientId = 'zDFnsiRheJIOKNx6aCQ0quBxECg1QBHtVFDPloJ6';
const authorization = (more: Record<string, string>) =>
  `/o/authorize/?${new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: 'http://localhost:29170',
    scope: 'openid r:view:host',
    state: 'xyz',
    code_challenge: createHash('sha256').update('v'.repeat(43)).digest('base64url'),
    code_challenge_method: 'S256',
    ...more,
  })}`;

function browserIn(languages: string): FormBrowser {
  const browser = new FormBrowser(q.url);
  browser.languages = languages;
  return browser;
}

/** Sends the form of another language at the foot of a page. */
function choose(browser: FormBrowser, html: string, code: string) {
  const action = new RegExp(`action="(/accounts/language/${code}/[^"]*)"`).exec(html)?.[1] ?? '';
  return browser.submit({
    url: new URL(q.url),
    status: 200,
    headers: new Headers(),
    html: `<form action="${action}"></form>`,
  });
}

test('an application that asks for German has people signed in, refused, asked and sent back in German', async (t) => {
  const person = await q.person({ username: 'gerda', password: 'correct horse', rights: { host: ['view'] } });
  const browser = browserIn('en-GB,en;q=0.9');
  const signIn = await browser.open(authorization({ ui_locales: 'xx de-CH en' }));
  t.regex(signIn.html, /<html lang="de"/);
  t.is(signIn.headers.get('content-language'), 'de');
  t.regex(signIn.headers.get('vary') ?? '', /Accept-Language/i);
  t.regex(signIn.html, /<h1>Anmelden<\/h1>/);
  const wrong = await browser.signIn(signIn, { username: 'gerda', password: 'wrong horse' });
  t.regex(wrong.html, /Benutzername und Passwort passen nicht zusammen\./);
  const consent = await browser.signIn(wrong, person);
  t.regex(consent.html, /in Ihrem Namen handeln\?/);
  t.regex(consent.html, /Hosts, ihre Hardware, Karten und Netzwerkschnittstellen sowie Scan-Ergebnisse ansehen/);
  const back = await browser.submit(consent, { decision: 'allow' });
  t.truthy(back.url.searchParams.get('code'));
  // The next application says nothing, so the browser's own wish counts again.
  t.regex((await browser.open(authorization({ prompt: 'login' }))).html, /<html lang="en"/);
});

test('a second factor is asked for in German too, and so is setting one up', async (t) => {
  const person = await q.person({ username: 'paula', password: 'correct horse', rights: { part: ['view'] } });
  const { group_id } = await q.knex('user_groups').where({ user_id: person.id }).first();
  await q.knex('second_factor_policies').insert({ group_id, level: 'required' });
  const browser = browserIn('en');
  const setUp = await browser.signIn(await browser.open(authorization({ ui_locales: 'de' })), person);
  t.regex(setUp.html, /<h1>Zweiten Faktor einrichten<\/h1>/);
  const secret = /id="totp-secret">([^<]+)</.exec(setUp.html)?.[1] ?? '';
  const code = new TOTP({ secret: Secret.fromBase32(secret) }).generate();
  const codes = await browser.submit(setUp, { code });
  t.regex(codes.html, /Bewahren Sie diese Wiederherstellungscodes auf/);
  const again = browserIn('de');
  const factor = await again.signIn(await again.open('/accounts/login/'), person);
  t.regex(factor.html, /<h1>Noch ein Nachweis<\/h1>/);
  const refused = await again.submit(factor, { code: '000000' });
  t.regex(refused.html, /Dieser Code ist falsch, zu alt oder wurde schon benutzt\./);
});

test('the browser’s own languages count by how much it wants them, and an unknown one is answered in English', async (t) => {
  const languageFor = async (languages: string) =>
    (await browserIn(languages).open('/accounts/login/')).headers.get('content-language');
  t.is(await languageFor('fr-FR, de-AT;q=0.7, en;q=0.3'), 'de');
  t.is(await languageFor('de;q=0.3, en;q=0.7'), 'en');
  t.is(await languageFor('fr, sv'), 'en');
  t.is(await languageFor('de;q=0'), 'en');
  t.is(await languageFor(',;q=x'), 'en');
});

test('somebody chooses a language at the foot of a page, and it stays, here and on the pages of the API', async (t) => {
  const browser = browserIn('en');
  const page = await browser.open('/accounts/login/?next=%2Faccounts%2Ftokens%2F');
  const german = await choose(browser, page.html, 'de');
  t.is(german.url.pathname + german.url.search, '/accounts/login/?next=%2Faccounts%2Ftokens%2F', 'the same page again');
  t.regex(german.html, /<h1>Anmelden<\/h1>/);
  t.regex((await browser.open('/')).html, /<html lang="de"/);
  const asked = await browser.open(authorization({ ui_locales: 'en' }));
  t.regex(asked.html, /<html lang="en"/, 'the application asked for another');
  t.regex((await choose(browser, asked.html, 'de')).html, /<html lang="de"/, 'and the person for this one again');
});

test('only our own pages choose a language, one that there is, and lead nowhere else', async (t) => {
  const post = (path: string, headers: Record<string, string>) =>
    q.fetch(path, { method: 'POST', headers, redirect: 'manual' });
  const ours = { 'sec-fetch-site': 'same-origin' };
  t.is((await post('/accounts/language/de/', { 'sec-fetch-site': 'cross-site' })).status, 404);
  t.is((await post('/accounts/language/xx/', ours)).status, 404);
  t.is((await post('/accounts/language/toString/', ours)).status, 404);
  const away = await post('/accounts/language/de/?next=https://evil.example/', ours);
  t.is(away.headers.get('location'), '/accounts/');
});

test('letters follow the language that their reader last used a page in', async (t) => {
  const email = 'carola@lab.example';
  const person = await q.person({ username: 'carola', password: 'correct horse', email });
  await q.knex('users').where({ id: person.id }).update({ email_verified_at: new Date() });
  const browser = browserIn('de');
  await browser.signIn(await browser.open('/accounts/login/'), person);
  t.is((await q.knex('users').where({ id: person.id }).first()).language, 'de');
  // Whoever asks here speaks English, and may be anybody.
  const stranger = browserIn('en');
  const reset = await stranger.open('/accounts/reset/');
  t.is((await stranger.submit(reset, { email })).status, 200);
  const carrier = openCarrier(q.services.config);
  await deliver(q.services, carrier, accountLetters);
  carrier.close();
  const outbox = join(q.dataDir, 'outbox');
  const letters = await Promise.all((await readdir(outbox)).map((file) => readFile(join(outbox, file), 'utf8')));
  const letter = letters.find((text) => text.includes(`To: ${email}`)) ?? '';
  t.regex(letter, /Hallo carola,/);
  t.regex(letter, /neues Passwort/);
});

test('what programs are told stays English', async (t) => {
  const headers = { accept: 'application/json', 'accept-language': 'de', cookie: 'qm_language=de' };
  const token = await q.json<{ error_description: string }>('/o/token/', {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
    body: `grant_type=authorization_code&client_id=${clientId}&code=none`,
  });
  t.regex(token.body.error_description, /^[\x20-\x7e]+$/);
  const nothing = await q.json<{ error_description: string }>('/o/nothing', { headers });
  t.is(nothing.headers.get('content-language'), null);
  t.is((await q.json<{ detail: string }>('/api/nothing/', { headers })).body.detail, 'API endpoint not found');
});

test('what is wrong with a form is said in German to people, and in English to programs', async (t) => {
  const browser = browserIn('de');
  await browser.signIn(await browser.open('/accounts/login/'), { username: 'rosa', password: 'correct horse' });
  const list = await browser.open('/api/inventory/building/');
  const [form = ''] =
    /<form[^>]*method="post" action="\/api\/inventory\/building\/">[\s\S]*?<\/form>/.exec(list.html) ?? [];
  const refused = await browser.submit({ ...list, html: form });
  t.regex(refused.html, /Dieses Feld ist erforderlich\./);
  const person = await q.person({ username: 'robot', superuser: true });
  const { body } = await q.json<{ code: string[] }>('/api/inventory/building/', {
    method: 'POST',
    headers: {
      authorization: `Token ${await q.tokenFor(person)}`,
      'accept-language': 'de',
      'content-type': 'application/json',
    },
    body: '{}',
  });
  t.deepEqual(body.code, ['This field is required.']);
});

test('discovery says which languages there are', async (t) => {
  const { body } = await q.json<{ ui_locales_supported: string[] }>('/o/.well-known/openid-configuration');
  t.deepEqual(body.ui_locales_supported, ['en', 'de']);
});

/** Sentences that a German page has no business with. */
const english = [
  sharedMessages,
  ...['idp', 'api'].map((part) => readMessages(join(import.meta.dirname, '../..', part, 'messages'))),
]
  .flatMap(({ en, de }) => Object.entries(en).filter(([key, text]) => de[key] !== text))
  .map(([, text]) => text)
  .filter((text) => /\S+\s\S+\s\S+/.test(text) && !/[{<]/.test(text));

const pages = [
  '/accounts/',
  '/accounts/password/',
  '/accounts/security/',
  '/accounts/security/app/',
  '/accounts/sessions/',
  '/accounts/applications/',
  '/accounts/tokens/',
  '/accounts/address/',
  '/accounts/logout/',
  '/accounts/reset/',
  '/accounts/nothing/',
  '/o/applications/',
  '/o/applications/1/',
  '/o/applications/1/update/',
  '/o/applications/1/try/',
  '/o/applications/1/delete/',
  '/o/applications/register/',
  '/o/device/',
  '/admin/people/',
  '/admin/people/new/',
  '/admin/people/1/',
  '/admin/people/1/tokens/',
  '/admin/people/1/disable/',
  '/admin/groups/',
  '/admin/tokens/',
  '/admin/second-factors/',
  '/admin/keys/',
  '/admin/audit/',
  '/',
  '/search/?q=host',
  '/search/?q=qqqq',
  '/api/',
  '/api/inventory/host/',
  '/api/inventory/building/1/',
  '/api/booking/booking/',
  '/api/nothing/',
];

test('German pages are German all through', async (t) => {
  t.true(english.length > 200);
  const browser = browserIn('de');
  await browser.signIn(await browser.open('/accounts/login/'), { username: 'rosa', password: 'correct horse' });
  for (const path of pages) {
    const { html } = await browser.open(path);
    t.regex(html, /<html lang="de"/, path);
    const text = html.replaceAll('&#39;', "'").replaceAll('&quot;', '"').replaceAll('&amp;', '&');
    for (const sentence of english) t.false(text.includes(sentence), `${path}: ${sentence}`);
  }
});
