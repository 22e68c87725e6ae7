import test from 'ava';
import { Secret, TOTP } from 'otpauth';
import { claimsOf, Setting } from './setting.ts';

const q = await Setting.open();
test.after.always(() => q.close());

test('tokens say how well the person proved who they are, and when', async (t) => {
  const ada = await q.person({ username: 'ada' });
  const signedIn = Math.floor(Date.now() / 1000);
  const answer = await q.tokens(ada, { acr_values: 'mfa phr' });
  for (const jwt of [answer.id_token, answer.access_token]) {
    const { acr, amr, auth_time } = claimsOf(jwt);
    t.deepEqual([acr, amr], ['pwd', ['pwd']], 'who has no second factor is asked for none, and nothing is claimed');
    t.true(Math.abs(Number(auth_time) - signedIn) < 20);
  }
  const { id_token: later } = await q.refresh(answer.refresh_token);
  t.is(claimsOf(later).auth_time, claimsOf(answer.id_token).auth_time);
});

test('an application that asks for a passkey sends whoever used a code to sign in again, once', async (t) => {
  const eve = await q.person({ username: 'eve' });
  const group = (await q.knex('groups').insert({ name: 'guarded' }).returning('id'))[0].id;
  await q.knex('user_groups').insert({ user_id: eve.id, group_id: group });
  await q.knex('second_factor_policies').insert({ group_id: group, level: 'required' });
  const browser = q.browser();
  const setUp = await browser.signIn(await browser.open(q.authorization().address), eve);
  t.is(setUp.url.pathname, '/accounts/login/set-up/');
  const secret = /id="totp-secret">([A-Z2-7]+)</.exec(setUp.html)![1]!;
  const codeOf = (later: number) =>
    new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: Date.now() + later * 30_000 });
  const codes = await browser.submit(setUp, { code: codeOf(0) });
  t.regex(codes.html, /class="button main" href="\/o\/interaction\//, 'and goes on from there');

  const first = await q.redeem(await q.code(eve, {}, browser));
  t.deepEqual(claimsOf(first.id_token).amr, ['pwd', 'otp', 'mfa']);
  t.is(claimsOf(first.access_token).acr, 'mfa');

  const wants = (wish: Record<string, string>) => browser.open(q.authorization(wish).address);
  const asked = (page: { html: string }) => page.html.includes('name="decision"');
  t.true(asked(await wants({ acr_values: 'mfa' })));
  t.true(asked(await wants({ acr_values: 'phr' })), 'who has no passkey can not be asked for one');
  const passkey = { user_id: eve.id, name: 'key', credential_id: 'x', public_key: Buffer.of(1), counter: 0 };
  await q.knex('passkeys').insert({ ...passkey, transports: [], synced: true });
  const again = await wants({ acr_values: 'phr' });
  t.is(again.url.pathname, '/accounts/login/');
  const factor = await browser.signIn(again, eve);
  t.is(factor.url.pathname, '/accounts/login/second-factor/');
  t.true(asked(await browser.submit(factor, { code: codeOf(1) })), 'what was proved then is what there is');
});

test('email_verified is true for an address whose person used a link that was sent there, and for no other', async (t) => {
  const mia = await q.person({ username: 'mia', email: 'mia@lab.example' });
  const { access_token } = await q.tokens(mia, { scope: 'openid email' });
  const userinfo = async () =>
    (await fetch(`${q.url}/o/userinfo/`, { headers: { authorization: `Bearer ${access_token}` } })).json();
  t.like(await userinfo(), { email: 'mia@lab.example', email_verified: false });
  await q.knex('users').where({ id: mia.id }).update({ email_verified_at: new Date() });
  t.like(await userinfo(), { email_verified: true });
  await q.knex('users').where({ id: mia.id }).update({ email: 'other@lab.example' });
  t.like(await userinfo(), { email: 'other@lab.example', email_verified: false });
});
