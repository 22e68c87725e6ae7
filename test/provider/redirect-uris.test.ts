import test from 'ava';
import { loopback, Setting } from './setting.ts';

const q = await Setting.open();
test.after.always(() => q.close());

const ask = (parameters: Record<string, string>, accept = 'text/html') =>
  fetch(q.authorization(parameters).address, { redirect: 'manual', headers: { accept } });

for (const uri of [
  loopback,
  'http://localhost',
  'http://localhost/',
  'http://localhost:1/',
  'http://127.0.0.1:65535',
  'http://127.0.0.1:8080/',
  'http://[::1]:29170',
  'http://[::1]:29170/',
]) {
  test(`the default application may have its code sent to ${uri}`, async (t) => {
    const answer = await ask({ redirect_uri: uri });
    t.is(answer.status, 303);
    t.true(answer.headers.get('location')!.startsWith('/o/interaction/'));
  });
}

for (const uri of [
  'http://localhost:80@evil.example',
  'http://localhost:80@evil.example/',
  'http://localhost@evil.example/',
  'http://user@localhost:29170',
  'http://user:pass@localhost:29170/',
  'http://localhost.evil.example:29170',
  'http://evil.example/?http://localhost:29170',
  'http://evil.example#http://localhost:29170',
  'http://localhost:29170#fragment',
  'http://localhost:29170/?query',
  'http://localhost:29170/callback',
  'http://localhost:29170//',
  'http://localhost:29170/..',
  'http://localhost:port',
  'http://LOCALHOST:29170',
  'https://localhost:29170',
  'http://127.0.0.2:29170',
  'http://127.1:29170',
  'http://2130706433:29170',
  'http://0.0.0.0:29170',
  'http://[::]:29170',
  'http://[::ffff:127.0.0.1]:29170',
  'http:localhost:29170',
  '//localhost:29170',
  'localhost:29170',
  'javascript:alert(1)//http://localhost:29170',
  ' http://localhost:29170',
  'http://localhost:29170 ',
  'http://localhost\\@evil.example',
  'http://localhost:29170\\.evil.example',
]) {
  test(`a code is never sent to ${uri}, and the error stays here`, async (t) => {
    const answer = await ask({ redirect_uri: uri });
    t.is(answer.status, 400);
    t.is(answer.headers.get('location'), null);
    t.true((await answer.text()).includes('invalid_redirect_uri'));
  });
}

test('a web application has its code sent to the registered address, to the letter', async (t) => {
  const app = await q.application({
    redirect_uris: ['https://planner.example/cb', 'https://planner.example/other?x=1'],
  });
  const web = (redirect_uri: string) => ask({ client_id: app.clientId, redirect_uri });
  t.is((await web('https://planner.example/cb')).status, 303);
  t.is((await web('https://planner.example/other?x=1')).status, 303);
  for (const uri of [
    'https://planner.example/cb/',
    'https://planner.example/cb?x=1',
    'https://planner.example/CB',
    'https://planner.example:443/cb',
    'https://sub.planner.example/cb',
    'https://planner.example/cb/../cb',
    'https://planner.example/%63b',
    'https://planner.example.evil.example/cb',
    'http://planner.example/cb',
    'https://planner.example/other',
  ]) {
    const answer = await web(uri);
    t.is(answer.status, 400, uri);
    t.is(answer.headers.get('location'), null);
  }
});

test('a redirect URI is always named, even when there is only one', async (t) => {
  const app = await q.application();
  const { address } = q.authorization({ client_id: app.clientId });
  const answer = await fetch(address.replace(/&redirect_uri=[^&]*/, ''), { redirect: 'manual' });
  t.is(answer.status, 400);
  t.is(answer.headers.get('location'), null);
});

test('an unknown or disabled application never has anybody sent anywhere', async (t) => {
  const app = await q.application({ enabled: false });
  for (const client_id of ['unknown', app.clientId, '', 'x'.repeat(5000), "'; DROP TABLE users"]) {
    const answer = await ask({ client_id, redirect_uri: 'https://planner.example/cb' });
    t.is(answer.status, 400);
    t.is(answer.headers.get('location'), null);
    t.regex(answer.headers.get('content-type')!, /html/);
    t.regex(answer.headers.get('content-security-policy')!, /frame-ancestors 'none'/);
  }
  const json = await ask({ client_id: 'unknown' }, 'application/json');
  t.is(json.status, 400);
  t.is(((await json.json()) as { error: string }).error, 'invalid_client');
});

test('prompt=none never sends anybody to an address that is not registered', async (t) => {
  const answer = await ask({ redirect_uri: 'https://evil.example/', prompt: 'none' });
  t.is(answer.status, 400);
  t.is(answer.headers.get('location'), null);
});

test('what nobody sends in earnest is refused, not failed on', async (t) => {
  const { address } = q.authorization();
  const refusals = await Promise.all([
    fetch(`${address}&nonce=%00`, { redirect: 'manual' }),
    fetch(`${address}&state=again`, { redirect: 'manual' }),
    fetch(`${address}&client_id=again`, { redirect: 'manual' }),
    fetch(`${address}&redirect_uri=https://evil.example/`, { redirect: 'manual' }),
    fetch(`${q.url}/o/authorize/?client_id=%00`, { redirect: 'manual' }),
    fetch(`${q.url}/o/authorize/?client_id=%ff%fe&scope=%`, { redirect: 'manual' }),
    fetch(`${q.url}/o/authorize/`, { redirect: 'manual' }),
  ]);
  for (const answer of refusals) {
    const at = new URL(answer.headers.get('location') ?? 'http://none/');
    t.true(answer.status === 400 || (at.origin === loopback && at.searchParams.get('error') === 'invalid_request'));
  }
  const posts: [string, string, string?][] = [
    ['/token/', 'grant_type=refresh_token&client_id=x%00&refresh_token=y'],
    ['/token/', `grant_type=refresh_token&refresh_token=${'y'.repeat(70_000)}`],
    ['/token/', 'grant_type=authorization_code&code=a&code=b&client_id=c&client_id=d'],
    ['/token/', '{"grant_type":"refresh_token"}', 'application/json'],
    ['/introspect/', 'token=a&token=b'],
    ['/revoke_token/', `token=${'a.'.repeat(40_000)}`],
    ['/device-authorization/', 'client_id=%00'],
  ];
  for (const [path, body, type = 'application/x-www-form-urlencoded'] of posts) {
    const answer = await fetch(`${q.url}/o${path}`, { method: 'POST', body, headers: { 'content-type': type } });
    t.is(answer.status, 400, `${path} ${body.slice(0, 60)}`);
    t.is(((await answer.json()) as { error: string }).error, 'invalid_request');
  }
});
