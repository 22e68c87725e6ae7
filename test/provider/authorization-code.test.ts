import test from 'ava';
import { claimsOf, loopback, Setting } from './setting.ts';

const q = await Setting.open();
test.after.always(() => q.close());

test('a person signs in, reads what is asked and who asks, allows it, and lands at the application with a code', async (t) => {
  const ada = await q.person({ username: 'ada', firstName: 'Ada', lastName: 'Lovelace' });
  const browser = q.browser();
  const { address, verifier } = q.authorization({ scope: 'openid g:read r:add:host' });
  const signIn = await browser.open(address);
  t.is(signIn.url.pathname, '/accounts/login/');
  const consent = await browser.signIn(signIn, ada);
  t.regex(consent.url.pathname, /^\/o\/interaction\//);
  t.true(consent.html.includes('Scripts and tools on your own computer'));
  t.true(consent.html.includes('Read everything that you may view'));
  t.true(consent.html.includes('Your roles do not let you add hosts'));
  t.true(consent.html.includes('localhost:29170'));
  const { url } = await browser.submit(consent, { decision: 'allow' });
  t.is(url.origin, loopback);
  t.is(url.pathname, '/');
  t.is(url.searchParams.get('state'), 'some state');
  t.is(url.searchParams.get('iss'), `${q.url}/o`);

  const answer = await q.redeem({ code: url.searchParams.get('code')!, verifier });
  t.is(answer.status, 200);
  t.is(answer.headers.get('cache-control'), 'no-store');
  t.is(answer.token_type, 'Bearer');
  t.is(answer.expires_in, 3600);
  t.deepEqual(answer.scope.split(' ').sort(), ['g:read', 'openid', 'r:add:host']);
  const claims = claimsOf(answer.access_token);
  t.is(claims.sub, String(ada.id));
  t.is(claims.aud, `${q.url}/api/`);
  t.is(claims.iss, `${q.url}/o`);
  t.is(claimsOf(answer.id_token).sub, String(ada.id));
  t.truthy(answer.refresh_token);
});

test('denying sends the browser back with access_denied and keeps nothing', async (t) => {
  const eve = await q.person({ username: 'eve' });
  const browser = q.browser();
  const consent = await browser.signIn(await browser.open(q.authorization().address), eve);
  const { url } = await browser.submit(consent, { decision: 'deny' });
  t.is(url.origin, loopback);
  t.is(url.searchParams.get('error'), 'access_denied');
  t.is(url.searchParams.get('state'), 'some state');
  t.deepEqual(await q.knex('oidc_artifacts').where({ kind: 'Grant', account_id: String(eve.id) }), []);
});

test('a web application is asked for once, and again when it wants more', async (t) => {
  const app = await q.application();
  const web = { client_id: app.clientId, redirect_uri: 'https://planner.example/cb' };
  const bob = await q.person({ username: 'bob' });
  const { browser } = await q.code(bob, { ...web, scope: 'g:read' });
  const again = await browser.open(q.authorization({ ...web, scope: 'g:read' }).address);
  t.truthy(again.url.searchParams.get('code'), 'no question for what was agreed to');
  const more = await browser.open(q.authorization({ ...web, scope: 'g:read r:add:host' }).address);
  t.true(more.html.includes('name="decision"'), 'a question for more');
  await browser.submit(more, { decision: 'allow' });
  const less = await browser.open(q.authorization({ ...web, scope: 'r:add:host' }).address);
  t.truthy(less.url.searchParams.get('code'), 'both agreements are remembered');
});

test('an application on the own computer is asked for each time, since others may use its name', async (t) => {
  const carol = await q.person({ username: 'carol' });
  const { browser } = await q.code(carol);
  const page = await browser.open(q.authorization().address);
  t.true(page.html.includes('name="decision"'));
});

test('offline_access always asks for consent and is in the answer', async (t) => {
  const app = await q.application();
  const web = {
    client_id: app.clientId,
    redirect_uri: 'https://planner.example/cb',
    scope: 'openid offline_access g:read',
  };
  const oli = await q.person({ username: 'oli' });
  const { browser } = await q.code(oli, web);
  t.true((await browser.open(q.authorization(web).address)).html.includes('name="decision"'));
  const done = await q.code(oli, web, browser);
  const answer = await q.redeem(done, { application: app, redirectUri: 'https://planner.example/cb' });
  t.deepEqual(answer.scope.split(' ').sort(), ['g:read', 'offline_access', 'openid']);
});

test('three redemptions of one code at once: one succeeds', async (t) => {
  const dan = await q.person({ username: 'dan' });
  const code = await q.code(dan);
  const answers = await Promise.all([q.redeem(code), q.redeem(code), q.redeem(code)]);
  t.deepEqual(answers.map(({ status }) => status).sort(), [200, 400, 400]);
  t.true(answers.every(({ error }) => error === undefined || error === 'invalid_grant'));
});

test('a code used a second time is refused, and what it issued ends', async (t) => {
  const frank = await q.person({ username: 'frank' });
  const code = await q.code(frank);
  const first = await q.redeem(code);
  t.is(first.status, 200);
  t.is((await q.redeem(code)).error, 'invalid_grant');
  t.is((await q.refresh(first.refresh_token)).status, 400);
  t.is((await q.knex('revocations').where({ token_hash: hashOf(first.access_token) })).length, 1);
});

test('the verifier must be the one that the challenge came from', async (t) => {
  const gus = await q.person({ username: 'gus' });
  const { code } = await q.code(gus);
  const other = q.authorization();
  t.is((await q.redeem({ code, verifier: other.verifier })).error, 'invalid_grant');
  t.is((await q.redeem({ code, verifier: '' })).error, 'invalid_grant');
});

const badChallenges: Record<string, Record<string, string>> = {
  'no challenge': { code_challenge: '', code_challenge_method: '' },
  'a plain challenge': { code_challenge_method: 'plain' },
  'a challenge without its method': { code_challenge_method: '' },
};
for (const [what, parameters] of Object.entries(badChallenges)) {
  test(`PKCE with ${what} is refused for public and confidential applications alike`, async (t) => {
    const app = await q.application();
    const web = { client_id: app.clientId, redirect_uri: 'https://planner.example/cb' };
    for (const client of [{}, web] as Record<string, string>[]) {
      const { url } = await q.browser().open(withoutEmpty(q.authorization({ ...client, ...parameters }).address));
      t.is(url.searchParams.get('error'), 'invalid_request');
      t.is(url.searchParams.get('code'), null);
    }
  });
}

test('only codes are given out', async (t) => {
  for (const response_type of ['token', 'id_token', 'code id_token', 'code token']) {
    const page = await q.browser().open(q.authorization({ response_type, nonce: 'n' }).address);
    t.is(
      page.url.searchParams.get('error') ?? new URLSearchParams(page.url.hash.slice(1)).get('error'),
      'unsupported_response_type',
    );
  }
  t.is((await q.form('/token/', { grant_type: 'password', client_id: 'x' })).status, 401);
  const app = await q.application();
  t.is(
    (await q.form('/token/', { grant_type: 'password', username: 'a', password: 'b' }, app)).error,
    'unsupported_grant_type',
  );
});

test('parameters that are unknown change nothing', async (t) => {
  const hal = await q.person({ username: 'hal' });
  t.truthy((await q.code(hal, { access_type: 'offline' })).code);
});

test('an authorization request may be posted as a form', async (t) => {
  const fields = new URL(q.authorization().address).searchParams;
  const answer = await fetch(`${q.url}/o/authorize/`, { method: 'POST', body: fields, redirect: 'manual' });
  t.is(answer.status, 303);
  const page = await q.browser().open(answer.headers.get('location')!);
  t.is(page.url.pathname, '/accounts/login/');
});

test('a pushed authorization request works like a plain one, once', async (t) => {
  const app = await q.application();
  const ida = await q.person({ username: 'ida' });
  const { address, verifier } = q.authorization({
    client_id: app.clientId,
    redirect_uri: 'https://planner.example/cb',
  });
  const fields = Object.fromEntries(new URL(address).searchParams);
  const pushed = await q.form<{ request_uri: string }>('/par/', fields, app);
  t.is(pushed.status, 201);
  const query = new URLSearchParams({ client_id: app.clientId, request_uri: pushed.request_uri });
  const browser = q.browser();
  const consent = await browser.signIn(await browser.open(`${q.url}/o/authorize/?${query}`), ida);
  const { url } = await browser.submit(consent, { decision: 'allow' });
  const code = url.searchParams.get('code')!;
  const answer = await q.redeem({ code, verifier }, { application: app, redirectUri: 'https://planner.example/cb' });
  t.is(answer.status, 200);
  const second = await browser.open(`${q.url}/o/authorize/?${query}`);
  t.is(second.url.searchParams.get('code'), null);
});

function hashOf(jwt: string): Buffer {
  return q.hash(String(claimsOf(jwt).jti));
}

function withoutEmpty(address: string): string {
  const url = new URL(address);
  for (const [name, value] of [...url.searchParams]) if (!value) url.searchParams.delete(name);
  return url.href;
}
