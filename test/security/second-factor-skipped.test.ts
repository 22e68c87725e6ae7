import test from 'ava';
import { Secret, TOTP } from 'otpauth';
import { FormBrowser } from '../harness/form-browser.ts';
import { type Running, start } from '../harness/index.ts';

// The class: CVE-2026-15616, CVE-2026-94218, CVE-2018-14657: a second factor that another way to sign in forgets, or
// that can be guessed. How it is asked for is tested in test/sign-in/second-factors.test.ts.

let q: Running;
test.before(async () => {
  q = await start();
});
test.after.always(() => q?.close());

const signInPage = '/accounts/login/';
const device = { client_id: 'zDFnsiRheJIOKNx6aCQ0quBxECg1QBHtVFDPloJ6', scope: 'g:read' };
const authorization = `/o/authorize/?${new URLSearchParams({
  ...device,
  redirect_uri: 'http://localhost:29170',
  response_type: 'code',
  code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  code_challenge_method: 'S256',
})}`;

const enter = async (person: { username: string; password: string }) => {
  const browser = new FormBrowser(q.url);
  return { browser, page: await browser.signIn(await browser.open(signInPage), person) };
};

const atApi = (cookie: string | undefined) =>
  q.fetch('/api/user/me/', { headers: { cookie: `qm_session=${cookie}` } }).then(({ status }) => status);

test('who sets up a second factor is signed out wherever a password was enough, in the api and the provider too', async (t) => {
  const person = await q.person({ username: 'ada', password: 'correct horse' });
  const { browser: before } = await enter(person);
  const consent = await before.open(authorization);
  t.regex(consent.html, /name="decision"/);
  t.is(await atApi(before.cookie('qm_session')), 200);

  const { browser } = await enter(person);
  const form = await browser.open('/accounts/security/app/');
  const secret = /id="totp-secret">([A-Z2-7]+)</.exec(form.html)![1]!;
  const old = browser.cookie('qm_session');
  const code = (later: number) =>
    new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: Date.now() + later * 30_000 });
  await browser.submit(form, { code: code(0) });
  t.is((await browser.open('/accounts/security/')).status, 200, 'this browser showed the factor just now');
  t.not(browser.cookie('qm_session'), old);

  t.not(await atApi(before.cookie('qm_session')), 200);
  t.not(await atApi(old), 200, 'nor does the id of before');
  for (const path of ['/accounts/', '/o/device/', authorization]) {
    t.is((await before.open(path)).url.pathname, signInPage, path);
  }
  t.is((await before.submit(consent, { decision: 'allow' })).status, 403, 'nor what was asked before');

  const half = await enter(person);
  t.is(half.page.url.pathname, '/accounts/login/second-factor/');
  const word = half.browser.cookie('qm_sign_in');
  t.not(await atApi(word), 200);
  t.is((await half.browser.open('/accounts/login/set-up/')).url.pathname, signInPage, 'nobody adds another instead');
  t.is((await half.browser.open(authorization)).url.pathname, signInPage);
  t.is((await q.fetch('/api/user/me/', { as: person })).status, 403);
});

test('the word that a password was right is worth nothing for somebody else, nor after a quarter of an hour', async (t) => {
  const person = await q.person({ username: 'eve', password: 'correct horse' });
  const passkey = { user_id: person.id, name: 'key', credential_id: 'x', public_key: Buffer.of(1), counter: 0 };
  await q.knex('passkeys').insert({ ...passkey, transports: [], synced: true });
  const { browser, page } = await enter(person);
  t.is(page.url.pathname, '/accounts/login/second-factor/');
  const [row] = await q.knex('sign_ins').where({ user_id: person.id });
  t.false(row.id_hash.equals(Buffer.from(browser.cookie('qm_sign_in')!, 'base64url')));
  await q.knex.raw(`UPDATE sign_ins SET expires_at = expires_at - interval '15 minutes'`);
  t.is((await browser.submit(page, { code: '123456' })).url.pathname, signInPage);
  await q.knex.raw(`UPDATE sign_ins SET expires_at = expires_at + interval '15 minutes'`);
  await q.knex('users').where({ id: person.id }).update({ password_changed_at: new Date() });
  t.is((await browser.submit(page, { code: '123456' })).url.pathname, signInPage, 'the password is another one now');
});

test('what is no answer of a passkey is refused, never an error', async (t) => {
  const answers = [
    '{}',
    '[]',
    'null',
    '1',
    '{"id":5}',
    '{"id":"x","rawId":"x","type":"public-key"}',
    '{',
    '{"id":"x","response":{}}',
    '{"id":"\\u0000"}',
    '{"id":["x"]}',
  ];
  for (const passkey of answers) {
    const browser = new FormBrowser(q.url);
    const page = await browser.open(signInPage);
    const sent = { ...page, html: page.html.replace('action="/accounts/login/"', 'action="/accounts/login/passkey/"') };
    t.is((await browser.submit(sent, { passkey })).status, 422, passkey);
  }
});
