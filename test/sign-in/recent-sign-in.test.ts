import test from 'ava';
import { FormBrowser } from '../harness/form-browser.ts';
import { type Running, start } from '../harness/index.ts';

let q: Running;
test.before(async () => {
  q = await start();
});
test.after.always(() => q?.close());

async function signedInLongAgo(username: string) {
  const person = await q.person({ username, password: 'correct horse' });
  const browser = new FormBrowser(q.url);
  await browser.signIn(await browser.open('/accounts/login/'), person);
  await q
    .knex('sessions')
    .where({ user_id: person.id })
    .update({ auth_time: q.knex.raw(`now() - interval '11 minutes'`) });
  return { person, browser };
}

test('ten minutes after the sign-in, making a token asks for the password again and comes back', async (t) => {
  const { person, browser } = await signedInLongAgo('later');
  const form = await browser.open('/accounts/tokens/');
  t.is(form.status, 200);
  const wish = { device_name: 'a script', bound: 'no', spelling: 'qore' };
  const asked = await browser.submit(form, wish);
  t.is(asked.url.pathname, '/accounts/confirm/');
  t.is(await q.knex('api_tokens').where({ user_id: person.id }).first(), undefined);

  const wrong = await browser.submit(asked, { password: 'battery staple' });
  t.is(wrong.status, 422);
  t.regex(wrong.html, /id="password-error">This is not your password\./);
  const before = browser.cookie('qm_session');
  const back = await browser.submit(wrong, { password: 'correct horse' });
  t.is(back.url.pathname, '/accounts/tokens/');
  t.not(browser.cookie('qm_session'), before);
  const made = await browser.submit(back, wish);
  t.is(made.status, 201);
  const sessions = await q.knex('sessions').where({ user_id: person.id });
  t.is(sessions.length, 1);
  t.true(Date.now() - sessions[0].auth_time.getTime() < 60_000);
});

test('the id of before the confirmation opens nothing any more', async (t) => {
  const { browser } = await signedInLongAgo('rotated');
  const old = browser.cookie('qm_session');
  await browser.submit(await browser.open('/accounts/confirm/?next=//evil.example/'), { password: 'correct horse' });
  const answer = await q.fetch('/accounts/', {
    headers: { accept: 'text/html', cookie: `qm_session=${old}` },
    redirect: 'manual',
  });
  t.is(answer.status, 303);
  t.is((await browser.open('/accounts/')).url.pathname, '/accounts/');
});

test('the api makes no token for a browser that was left alone either, and reads go on', async (t) => {
  const { browser } = await signedInLongAgo('idle');
  const cookie = `qm_session=${browser.cookie('qm_session')}`;
  const csrf = /name="csrf" value="([^"]+)"/.exec((await browser.open('/accounts/tokens/')).html)![1]!;
  const headers = { cookie, 'x-csrftoken': csrf, 'sec-fetch-site': 'same-origin' };
  const refused = await q.json<{ detail: string }>('/api/user/tokens/', { headers, json: { name: 'script' } });
  t.is(refused.status, 403);
  t.regex(refused.body.detail, /Prove again who you are, at .*\/accounts\/confirm\//);
  t.is((await q.fetch('/api/user/me/token/', { headers })).status, 403);
  t.is((await q.fetch('/api/user/me/', { headers })).status, 200);
});

test('a token that the api makes may be bound to addresses', async (t) => {
  const person = await q.person({ username: 'binder' });
  const as = await q.tokenFor(person);
  const make = (addresses: unknown) =>
    q.json<{ token: string; addresses: string[] }>('/api/user/tokens/', { as, json: { name: 'x', addresses } });
  const wrong = await make(['nowhere']);
  t.is(wrong.status, 400);
  t.regex(wrong.body.addresses[0]!, /is no address/);
  const { body } = await make(['10.0.0.0/8']);
  t.is((await q.fetch('/api/user/me/', { as: body.token })).status, 403);
});
