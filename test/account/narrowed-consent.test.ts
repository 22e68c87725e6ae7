import test from 'ava';
import type { TestPerson } from '../harness/index.ts';
import { claimsOf, Setting, type TestApplication, type TokenAnswer } from '../provider/setting.ts';

const exchange = 'urn:ietf:params:oauth:grant-type:token-exchange';
const redirectUri = 'https://planner.example/cb';
const q = await Setting.open();
test.after.always(() => q.close());

const connect = async (application: TestApplication, person: TestPerson, scope: string, browser = q.browser()) =>
  q.redeem(await q.code(person, { client_id: application.clientId, redirect_uri: redirectUri, scope }, browser), {
    application,
    redirectUri,
  });
const refresh = (application: TestApplication, { refresh_token }: TokenAnswer, more: Record<string, string> = {}) =>
  q.form('/token/', { grant_type: 'refresh_token', refresh_token, ...more }, application);
const isRevoked = async ({ access_token }: TokenAnswer) =>
  (await q.knex('revocations').where({ token_hash: q.hash(String(claimsOf(access_token).jti)) })).length === 1;
const signedIn = async (person: TestPerson) => {
  const browser = q.browser();
  await browser.signIn(await browser.open('/accounts/login/'), person);
  return browser;
};
const pathOf = ({ clientId }: TestApplication) => `/accounts/applications/${clientId}/narrow/`;

async function leave(person: TestPerson, application: TestApplication, scopes: readonly string[]) {
  const browser = await signedIn(person);
  return browser.submit(await browser.open(pathOf(application)), { scopes });
}

test('what a person takes away from an application stops at once, on every device, and it goes on with the rest', async (t) => {
  const [planner, ada] = [await q.application(), await q.person({ username: 'ada' })];
  const browser = q.browser();
  const laptop = await connect(planner, ada, 'openid g:read r:add:host', browser);
  const desktop = await connect(planner, ada, 'openid g:read');
  const phone = await connect(planner, ada, 'openid r:add:host');

  const after = await leave(ada, planner, ['g:read']);
  t.is(after.url.pathname, '/accounts/applications/');
  t.regex(after.html, /may do less now/);
  t.notRegex(after.html, /Add hosts/);
  t.true(await isRevoked(laptop));
  t.true(await isRevoked(phone));
  t.false(await isRevoked(desktop), 'what holds nothing of it goes on');
  const asked = await q.form<{ active: boolean }>('/introspect/', { token: laptop.access_token }, planner);
  t.false(asked.active);

  const refused = await refresh(planner, laptop, { scope: 'g:read r:add:host' });
  t.is(refused.error, 'invalid_scope');
  const next = await refresh(planner, laptop);
  t.is(next.scope, 'openid g:read');
  t.is(claimsOf(next.access_token).scope, 'openid g:read');
  t.is((await refresh(planner, phone)).scope, 'openid');

  const web = { client_id: planner.clientId, redirect_uri: redirectUri };
  const same = await browser.open(q.authorization({ ...web, scope: 'openid g:read' }).address);
  t.truthy(same.url.searchParams.get('code'), 'what it still holds it gets without a question');
  const more = await browser.open(q.authorization({ ...web, scope: 'openid g:read r:add:host' }).address);
  t.regex(more.html, /name="decision"/, 'for what was taken away it has to ask');
  const [entry] = await q.knex('audit_entries').where({ actor_id: ada.id, action: 'narrow' });
  t.like(entry, { resource: 'consent', object_id: `${ada.id} ${planner.clientId}` });
  t.deepEqual(entry.changes, { scopes: { old: ['openid', 'g:read', 'r:add:host'], new: ['openid', 'g:read'] } });
});

test('what other services made of its tokens ends where it holds what was taken away', async (t) => {
  const [planner, bob] = [await q.application(), await q.person({ username: 'bob' })];
  const service = await q.application({ grant_types: [exchange], redirect_uris: [] });
  const { access_token: subject_token } = await connect(planner, bob, 'openid g:read r:add:host');
  const subject_token_type = 'urn:ietf:params:oauth:token-type:access_token';
  const made = (scope: string) =>
    q.form('/token/', { grant_type: exchange, subject_token, subject_token_type, scope }, service);
  const [reading, adding] = [await made('g:read'), await made('g:read r:add:host')];
  await leave(bob, planner, ['g:read']);
  t.true(await isRevoked(adding));
  t.false(await isRevoked(reading));
  t.is((await made('g:read')).error, 'invalid_grant', 'nothing more is made of a token that ended');
});

test('a code and a device that were let in before they came for their tokens get no more than what is left', async (t) => {
  const [planner, carol] = [await q.application(), await q.person({ username: 'carol' })];
  const code = await q.code(carol, {
    client_id: planner.clientId,
    redirect_uri: redirectUri,
    scope: 'g:read r:add:host',
  });
  const grant_type = 'urn:ietf:params:oauth:grant-type:device_code';
  const device = await q.application({ grant_types: [grant_type, 'refresh_token'], redirect_uris: [] });
  const begun = await q.form<{ device_code: string; user_code: string }>(
    '/device-authorization/',
    { client_id: device.clientId, scope: 'g:read r:add:host' },
    device,
  );
  const { browser } = code;
  const page = await browser.submit(await browser.open('/o/device/'), { user_code: begun.user_code });
  await browser.submit(page, { decision: 'allow' });

  await leave(carol, planner, ['g:read']);
  await leave(carol, device, ['g:read']);
  t.is((await q.redeem(code, { application: planner, redirectUri })).scope, 'g:read');
  const answer = await q.form('/token/', { grant_type, device_code: begun.device_code }, device);
  t.is(answer.scope, 'g:read');
  t.is((await refresh(device, answer)).scope, 'g:read');
});

test('what an application may no longer know about a person it is told no more', async (t) => {
  const [planner, hal] = [await q.application(), await q.person({ username: 'hal', email: 'hal@lab.example' })];
  const tokens = await connect(planner, hal, 'openid profile email g:read');
  t.like(claimsOf(tokens.id_token), { preferred_username: 'hal', email: 'hal@lab.example' });
  await leave(hal, planner, ['profile', 'g:read']);
  const told = (token: string) => fetch(`${q.url}/o/userinfo/`, { headers: { authorization: `Bearer ${token}` } });
  t.is((await told(tokens.access_token)).status, 401);
  const next = await refresh(planner, tokens);
  for (const claims of [claimsOf(next.id_token), await (await told(next.access_token)).json()]) {
    t.like(claims, { sub: String(hal.id), preferred_username: 'hal' });
    t.false('email' in (claims as object));
  }
});

test('without «stay connected» an application comes back through the browser', async (t) => {
  const [planner, dan] = [await q.application(), await q.person({ username: 'dan' })];
  const tokens = await connect(planner, dan, 'openid g:read offline_access');
  const shown = await (await signedIn(dan)).open(pathOf(planner));
  t.regex(shown.html, /Stay connected while you are away/);
  t.regex(shown.html, /has to send you here again/);
  await leave(dan, planner, ['g:read']);
  t.is((await refresh(planner, tokens)).error, 'invalid_grant');
  t.true(await isRevoked(tokens));
});

test('nothing is added, and nothing is left only by disconnecting', async (t) => {
  const [planner, eve] = [await q.application(), await q.person({ username: 'eve' })];
  const tokens = await connect(planner, eve, 'g:read r:add:host');
  const page = await leave(eve, planner, []);
  t.is(page.status, 422);
  t.regex(page.html, /Nothing would be left/);
  t.false(await isRevoked(tokens));
  const all = await leave(eve, planner, ['g:read', 'r:add:host', 'a:superuser', 'r:delete:host']);
  t.is(all.url.search, '', 'nothing was taken away');
  t.is((await refresh(planner, tokens)).scope, 'g:read r:add:host');
  await leave(eve, planner, ['g:read', 'a:superuser']);
  const [grant] = await q.knex('oidc_artifacts').where({ kind: 'Grant', account_id: String(eve.id) });
  t.is(grant.payload.openid.scope, 'g:read');
  t.is((await (await signedIn(eve)).open(pathOf(planner))).status, 404, 'there is nothing more to take away');
});

test('only somebody’s own connections are narrowed, and none that a superuser trusts', async (t) => {
  const [planner, fay, gus] = [
    await q.application(),
    await q.person({ username: 'fay' }),
    await q.person({ username: 'gus' }),
  ];
  const theirs = await connect(planner, fay, 'openid g:read r:add:host');
  t.is((await (await signedIn(gus)).open(pathOf(planner))).status, 404);
  await connect(planner, gus, 'openid g:read r:add:host');
  await leave(gus, planner, []);
  t.false(await isRevoked(theirs));
  t.is((await refresh(planner, theirs)).scope, 'openid g:read r:add:host');

  const trusted = await q.application({ consent: 'trusted' });
  await connect(trusted, fay, 'openid g:read r:add:host');
  const browser = await signedIn(fay);
  t.regex((await browser.open('/accounts/applications/')).html, /lets it act for you without asking/);
  t.is((await browser.open(pathOf(trusted))).status, 404);
});
