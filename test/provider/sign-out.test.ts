import test from 'ava';
import { claimsOf, Setting } from './setting.ts';

const q = await Setting.open();
test.after.always(() => q.close());

const web = (clientId: string) => ({
  client_id: clientId,
  redirect_uri: 'https://planner.example/cb',
  scope: 'openid',
});

test('an application signs a person out here too, after asking, and gets them back', async (t) => {
  const app = await q.application({ post_logout_redirect_uris: ['https://planner.example/bye'] });
  const ada = await q.person({ username: 'ada' });
  const { browser, ...code } = await q.code(ada, web(app.clientId));
  const { id_token, refresh_token } = await q.redeem(code, {
    application: app,
    redirectUri: 'https://planner.example/cb',
  });
  const query = new URLSearchParams({
    id_token_hint: id_token,
    post_logout_redirect_uri: 'https://planner.example/bye',
    state: 'see you',
  });
  const asking = await browser.open(`/o/logout/?${query}`);
  t.true(asking.html.includes('Rack planner'));
  const bye = await browser.submit(asking, { logout: 'yes' });
  t.is(bye.url.href, 'https://planner.example/bye?state=see+you');
  t.is((await browser.open('/accounts/')).url.pathname, '/accounts/login/');
  t.is((await browser.open(q.authorization(web(app.clientId)).address)).url.pathname, '/accounts/login/');
  const refreshed = await q.form('/token/', { grant_type: 'refresh_token', refresh_token }, app);
  t.is(refreshed.status, 200, 'connected applications stay connected');
});

test('who stays is still signed in', async (t) => {
  const app = await q.application();
  const { browser } = await q.code(await q.person({ username: 'bob' }), web(app.clientId));
  const asking = await browser.open(`/o/logout/?client_id=${app.clientId}`);
  await browser.submit(asking, { stay: 'yes' });
  t.is((await browser.open('/accounts/')).url.pathname, '/accounts/');
});

test('nobody is sent to an address after signing out that the application did not register', async (t) => {
  const app = await q.application({ post_logout_redirect_uris: ['https://planner.example/bye'] });
  const { browser } = await q.code(await q.person({ username: 'carol' }), web(app.clientId));
  const query = new URLSearchParams({ client_id: app.clientId, post_logout_redirect_uri: 'https://evil.example/' });
  const answer = await browser.open(`/o/logout/?${query}`);
  t.is(answer.status, 400);
  t.is(answer.url.origin, q.url);
});

test('signing out on our own page ends the provider session: the next request asks who is there', async (t) => {
  const app = await q.application();
  const dan = await q.person({ username: 'dan' });
  const { browser } = await q.code(dan, web(app.clientId));
  const provider = browser.cookie('qm_provider');
  t.truthy(provider);
  await browser.submit(await browser.open('/accounts/logout/'));
  t.deepEqual(await q.knex('oidc_artifacts').where({ kind: 'Session', id_hash: q.hash(provider!) }), []);
  t.is((await browser.open(q.authorization(web(app.clientId)).address)).url.pathname, '/accounts/login/');
});

test('a code is always for who is signed in now, whoever used the browser before', async (t) => {
  const app = await q.application();
  const [eve, frank] = [await q.person({ username: 'eve' }), await q.person({ username: 'frank' })];
  const { browser } = await q.code(eve, web(app.clientId));
  const kept = browser.cookie('qm_provider');
  await q.knex('sessions').where({ user_id: eve.id }).delete();
  t.is(browser.cookie('qm_provider'), kept);
  const done = await q.code(frank, web(app.clientId), browser);
  const answer = await q.redeem(done, { application: app, redirectUri: 'https://planner.example/cb' });
  t.is(claimsOf(answer.access_token).sub, String(frank.id));
});

test('no spelling of the address gets a code for who is not signed in any more', async (t) => {
  const app = await q.application();
  const lea = await q.person({ username: 'lea' });
  const { browser } = await q.code(lea, web(app.clientId));
  await q.knex('sessions').where({ user_id: lea.id }).delete();
  const { address } = q.authorization(web(app.clientId));
  for (const path of ['AUTHORIZE/', 'Authorize', 'authorize//', 'authorize///']) {
    const page = await browser.open(address.replace('authorize/', path));
    t.is(page.url.pathname, '/accounts/login/', path);
  }
});

test('prompt=login wants the person to sign in again, and lets another one do so', async (t) => {
  const app = await q.application();
  const [gus, hal] = [await q.person({ username: 'gus' }), await q.person({ username: 'hal' })];
  const { browser } = await q.code(gus, web(app.clientId));
  const { address, verifier } = q.authorization({ ...web(app.clientId), prompt: 'login' });
  const again = await browser.open(address);
  t.is(again.url.pathname, '/accounts/login/');
  t.true(again.html.includes('prove again'));
  const back = await browser.signIn(again, gus);
  t.truthy(back.url.searchParams.get('code'));
  const other = await browser.open(address);
  const consent = await browser.signIn(other, hal);
  const { url } = await browser.submit(consent, { decision: 'allow' });
  const answer = await q.redeem(
    { code: url.searchParams.get('code')!, verifier },
    { application: app, redirectUri: 'https://planner.example/cb' },
  );
  t.is(claimsOf(answer.access_token).sub, String(hal.id));
});

test('max_age wants a sign-in that is not older', async (t) => {
  const app = await q.application();
  const ida = await q.person({ username: 'ida' });
  const { browser } = await q.code(ida, web(app.clientId));
  const young = await browser.open(q.authorization({ ...web(app.clientId), max_age: '1000' }).address);
  t.truthy(young.url.searchParams.get('code'));
  await q
    .knex('sessions')
    .where({ user_id: ida.id })
    .update({ auth_time: q.knex.raw(`now() - interval '2 hours'`) });
  await q.knex.raw(
    `UPDATE oidc_artifacts SET payload = jsonb_set(payload, '{loginTs}', to_jsonb(extract(epoch FROM now())::int - 7200))
      WHERE kind = 'Session' AND account_id = ?`,
    [String(ida.id)],
  );
  const old = await browser.open(q.authorization({ ...web(app.clientId), max_age: '1000' }).address);
  t.is(old.url.pathname, '/accounts/login/');
  const fresh = await browser.signIn(old, ida);
  t.truthy(fresh.url.searchParams.get('code'));
});

test('prompt=none asks nothing: it answers, or says that it cannot', async (t) => {
  const app = await q.application();
  const jo = await q.person({ username: 'jo' });
  const quiet = q.authorization({ ...web(app.clientId), prompt: 'none' }).address;
  const stranger = await q.browser().open(quiet);
  t.is(stranger.url.searchParams.get('error'), 'login_required');
  const { browser } = await q.code(jo, web(app.clientId));
  t.truthy((await browser.open(quiet)).url.searchParams.get('code'));
  const more = q.authorization({ ...web(app.clientId), prompt: 'none', scope: 'openid g:read' }).address;
  t.is((await browser.open(more)).url.searchParams.get('error'), 'consent_required');
});

test('a consent form of another browser, or without its token, does nothing', async (t) => {
  const kim = await q.person({ username: 'kim' });
  const browser = q.browser();
  const consent = await browser.signIn(await browser.open(q.authorization().address), kim);
  const forged = await browser.submit(consent, { decision: 'allow', csrf: 'AAAA' });
  t.is(forged.status, 403);
  const stranger = await q.browser().open(consent.url.pathname);
  t.is(stranger.status, 400);
  t.deepEqual(await q.knex('oidc_artifacts').where({ kind: 'Grant', account_id: String(kim.id) }), []);
});
