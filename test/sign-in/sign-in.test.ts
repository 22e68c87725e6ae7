import { pbkdf2Sync } from 'node:crypto';
import test from 'ava';
import { sha256 } from '../../shared/identity/secrets.ts';
import { FormBrowser } from '../harness/form-browser.ts';
import { type Running, start } from '../harness/index.ts';

let q: Running;
test.before(async () => {
  q = await start();
  await q.person({ username: 'margarethe', password: 'correct horse' });
});
test.after.always(() => q?.close());

const signInPage = '/accounts/login/';
const visit = async (path = signInPage) => {
  const browser = new FormBrowser(q.url);
  return { browser, page: await browser.open(path) };
};

test('signing in leads to where one wanted to go, and the database never sees the cookie', async (t) => {
  const { browser, page } = await visit('/accounts/password/');
  t.is(page.url.pathname, signInPage);
  const after = await browser.signIn(page, { username: 'Margarethe ', password: 'correct horse' });
  t.is(after.url.pathname, '/accounts/password/');
  t.regex(after.html, /margarethe/);
  const cookie = browser.cookie('qm_session')!;
  t.true(Buffer.from(cookie, 'base64url').length >= 32);
  const row = await q
    .knex('sessions')
    .where({ id_hash: sha256(cookie) })
    .first();
  t.truthy(row);
  t.false(JSON.stringify(row).includes(cookie));
});

test('the session cookie is kept from scripts and from other sites', async (t) => {
  const { browser, page } = await visit();
  const csrf = /name="csrf" value="([^"]+)"/.exec(page.html)![1]!;
  const answer = await q.fetch(signInPage, {
    method: 'POST',
    body: new URLSearchParams({ csrf, username: 'margarethe', password: 'correct horse' }),
    headers: { origin: q.url, cookie: `qm_visitor=${browser.cookie('qm_visitor')}` },
  });
  t.is(answer.status, 303);
  t.regex(
    answer.headers.getSetCookie().join('\n'),
    /^qm_session=[\w-]{43}; path=\/; expires=[^;]+; samesite=lax; httponly$/m,
  );
});

test('a wrong password, an unknown name, an inactive person and a service user are told the same', async (t) => {
  await q.person({ username: 'sleeper', password: 'correct horse', active: false });
  await q.person({ username: 'robot', password: 'correct horse', service: true });
  await q.person({ username: 'passwordless' });
  const answers = await Promise.all(
    [
      ['margarethe', 'wrong'],
      ['nobody at all', 'correct horse'],
      ['sleeper', 'correct horse'],
      ['robot', 'correct horse'],
      ['passwordless', ''.padEnd(9, 'x')],
      ['x'.repeat(5000), 'y'.repeat(5000)],
    ].map(async ([username, password]) => {
      const { browser, page } = await visit();
      return browser.submit(page, { username: username!, password: password! });
    }),
  );
  for (const answer of answers) {
    t.is(answer.status, 422);
    t.regex(answer.html, /Username and password do not match\./);
    t.notRegex(answer.html, /correct horse|yyyy/);
  }
  t.regex(answers[0]!.html, /value="margarethe"/);
});

test('an empty field is named beside it, and what was typed stays', async (t) => {
  const { browser, page } = await visit();
  const answer = await browser.submit(page, { username: 'margarethe', password: '' });
  t.is(answer.status, 422);
  t.regex(answer.html, /id="password-error">Enter your password\./);
  t.regex(answer.html, /aria-describedby="password-error" aria-invalid="true"/);
  t.regex(answer.html, /value="margarethe"/);
});

test('signing in again gives another session and ends the one before', async (t) => {
  const { browser, page } = await visit();
  await browser.signIn(page, { username: 'margarethe', password: 'correct horse' });
  const first = browser.cookie('qm_session')!;
  const again = await browser.open('/accounts/login/?next=%2Fo%2Finteraction%2Fx%2F');
  await browser.signIn(again, { username: 'margarethe', password: 'correct horse' });
  const second = browser.cookie('qm_session')!;
  t.not(first, second);
  t.is(
    await q
      .knex('sessions')
      .where({ id_hash: sha256(first) })
      .first(),
    undefined,
  );
});

test('a session that somebody planted before signing in is not taken over', async (t) => {
  const { page } = await visit();
  const csrf = /name="csrf" value="([^"]+)"/.exec(page.html)![1]!;
  const answer = await q.fetch(signInPage, {
    method: 'POST',
    body: new URLSearchParams({ csrf, username: 'margarethe', password: 'correct horse' }),
    headers: { origin: q.url, cookie: 'qm_session=planted; qm_visitor=planted' },
  });
  t.is(answer.status, 403);
});

test('a form from another site, without its token, or with the token of another browser changes nothing', async (t) => {
  const mine = await visit();
  const other = await visit();
  const tokenOf = (html: string) => /name="csrf" value="([^"]+)"/.exec(html)![1]!;
  const post = (csrf: string, headers: Record<string, string>) =>
    q.fetch(signInPage, {
      method: 'POST',
      body: new URLSearchParams({ csrf, username: 'margarethe', password: 'correct horse' }),
      headers: { cookie: `qm_visitor=${mine.browser.cookie('qm_visitor')}`, ...headers },
    });
  const own = tokenOf(mine.page.html);
  const refused = [
    await post(own, { origin: 'https://evil.example' }),
    await post(own, { origin: 'null' }),
    await post(own, { origin: q.url, 'sec-fetch-site': 'cross-site' }),
    await post(own, { origin: q.url, 'sec-fetch-site': 'same-site' }),
    await post(own, {}),
    await post('', { origin: q.url }),
    await post(tokenOf(other.page.html), { origin: q.url }),
  ];
  t.deepEqual(
    refused.map(({ status }) => status),
    refused.map(() => 403),
  );
  t.true(refused.every(({ headers }) => !headers.getSetCookie().join().includes('qm_session')));
  t.is((await post(own, { origin: q.url })).status, 303);
});

test('only a form is read, and not one that is too big or holds what cannot be stored', async (t) => {
  const { browser, page } = await visit();
  const csrf = /name="csrf" value="([^"]+)"/.exec(page.html)![1]!;
  const headers = { origin: q.url, cookie: `qm_visitor=${browser.cookie('qm_visitor')}` };
  const post = (body: string | URLSearchParams, more = {}) =>
    q.fetch(signInPage, { method: 'POST', body, headers: { ...headers, ...more } });
  t.is((await post(JSON.stringify({ csrf }), { 'content-type': 'application/json' })).status, 415);
  t.is((await post(new URLSearchParams({ csrf, username: 'x'.repeat(200_000) }))).status, 413);
  t.is((await post(new URLSearchParams({ csrf, username: 'a\0b', password: 'x' }))).status, 400);
});

test('signing out takes a form; a link only asks', async (t) => {
  const { browser, page } = await visit();
  await browser.signIn(page, { username: 'margarethe', password: 'correct horse' });
  const cookie = browser.cookie('qm_session')!;
  const asked = await browser.open('/accounts/logout/');
  t.regex(asked.html, /Sign out\?/);
  t.truthy(
    await q
      .knex('sessions')
      .where({ id_hash: sha256(cookie) })
      .first(),
  );
  const after = await browser.submit(asked);
  t.is(after.url.pathname, signInPage);
  t.regex(after.html, /You are signed out\./);
  t.is(browser.cookie('qm_session'), undefined);
  t.is(
    await q
      .knex('sessions')
      .where({ id_hash: sha256(cookie) })
      .first(),
    undefined,
  );
});

test('a session ends when it was idle too long, at its absolute end, and when its person is disabled', async (t) => {
  const person = await q.person({ username: 'visitor', password: 'correct horse' });
  const open = async (cookie: string) =>
    (await q.fetch('/accounts/', { headers: { cookie: `qm_session=${cookie}` } })).status;
  const signIn = async () => {
    const { browser, page } = await visit();
    await browser.signIn(page, { username: 'visitor', password: 'correct horse' });
    return browser.cookie('qm_session')!;
  };
  const idle = await signIn();
  t.is(await open(idle), 200);
  await q
    .knex('sessions')
    .where({ id_hash: sha256(idle) })
    .update({ expires_at: q.knex.raw(`now() - interval '1 s'`) });
  t.is(await open(idle), 303);

  const used = await signIn();
  const at = { id_hash: sha256(used) };
  await q
    .knex('sessions')
    .where(at)
    .update({
      last_seen_at: q.knex.raw(`now() - interval '11 hours'`),
      expires_at: q.knex.raw(`now() + interval '1 hour'`),
    });
  t.is(await open(used), 200);
  const later = await q.knex('sessions').where(at).first();
  t.true(Math.abs(later.expires_at.getTime() - Date.now() - 12 * 3600_000) < 60_000, 'using it puts the end off');
  await q
    .knex('sessions')
    .where(at)
    .update({
      created_at: q.knex.raw(`now() - interval '30 days' + interval '1 hour'`),
      last_seen_at: q.knex.raw(`now() - interval '2 minutes'`),
    });
  await open(used);
  const last = await q.knex('sessions').where(at).first();
  t.true(last.expires_at.getTime() - Date.now() < 3601_000, 'but not beyond thirty days');

  await q.knex('users').where({ id: person.id }).update({ is_active: false });
  t.is(await open(used), 303);
});

test('a request of a program gets no session, whatever cookie comes with it', async (t) => {
  const { browser, page } = await visit();
  await browser.signIn(page, { username: 'margarethe', password: 'correct horse' });
  const cookie = `qm_session=${browser.cookie('qm_session')}`;
  const answer = await q.fetch('/accounts/', { headers: { cookie, authorization: 'Bearer nonsense' } });
  t.is(answer.status, 403);
});

test("Django's hash of an imported person signs them in and is replaced", async (t) => {
  const hash = pbkdf2Sync('inventree', 'salt', 1000, 32, 'sha256').toString('base64');
  const person = await q.person({ username: 'imported' });
  await q
    .knex('users')
    .where({ id: person.id })
    .update({ password: `pbkdf2_sha256$1000$salt$${hash}` });
  for (const _ of ['by the old hash', 'by the new one']) {
    const { browser, page } = await visit();
    const after = await browser.signIn(page, { username: 'imported', password: 'inventree' });
    t.is(after.url.pathname, '/accounts/');
    const row = await q.knex('users').where({ id: person.id }).first();
    t.regex(row.password, /^\$argon2id\$/);
    t.truthy(row.last_login);
  }
  t.is((await q.knex('audit_entries').where({ actor_id: person.id, action: 'sign_in' })).length, 2);
});
