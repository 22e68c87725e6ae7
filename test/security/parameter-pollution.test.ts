import test from 'ava';
import { defaultClientId, loopback, Setting } from '../provider/setting.ts';

// The class: CVE-2026-9689, CVE-2026-7571; RFC 6749 §3.1: no parameter twice.

const q = await Setting.open();
const application = await q.application({ grant_types: ['client_credentials'], allowed_scopes: ['g:read'] });
test.after.always(() => q.close());

for (const [name, second] of Object.entries({
  redirect_uri: 'https://evil.example/',
  client_id: 'another',
  scope: 'a:superuser',
  response_type: 'token',
  code_challenge: 'x'.repeat(43),
  state: 'another',
  prompt: 'none',
})) {
  test(`${name} twice in an authorization request is refused, and nobody is sent to strangers`, async (t) => {
    for (const first of [true, false]) {
      const address = new URL(q.authorization({ prompt: 'login' }).address);
      const others = [...address.searchParams];
      const query = new URLSearchParams(first ? [[name, second], ...others] : [...others, [name, second]]);
      const answer = await fetch(`${q.url}/o/authorize/?${query}`, {
        redirect: 'manual',
        headers: { accept: 'text/html' },
      });
      const location = answer.headers.get('location');
      const target = location ? URL.parse(location, q.url) : null;
      t.true(
        answer.status === 400 || target?.searchParams.get('error') === 'invalid_request',
        `${answer.status} ${location}`,
      );
      t.true(target === null || target.origin === loopback);
      t.notRegex(location ?? '', /interaction/);
    }
  });
}

test('a parameter twice, or in the address and in the form, is refused at the token endpoint', async (t) => {
  const twice = await q.form(
    '/token/',
    [
      ['grant_type', 'client_credentials'],
      ['scope', 'g:read'],
      ['scope', 'a:superuser'],
    ],
    application,
  );
  t.is(twice.status, 400);
  const grants = await q.form(
    '/token/',
    [
      ['grant_type', 'client_credentials'],
      ['grant_type', 'authorization_code'],
    ],
    application,
  );
  t.is(grants.status, 400);
  const inAddress = await q.form('/token/?grant_type=client_credentials', {}, application);
  t.is(inAddress.status, 400);
});

test('credentials in two places are refused', async (t) => {
  const answer = await q.form(
    '/token/',
    { grant_type: 'client_credentials', client_id: application.clientId, client_secret: application.secret },
    application,
  );
  t.is(answer.status, 400);
});

test('prompt=none sends an error to registered addresses only', async (t) => {
  for (const redirect_uri of ['https://evil.example/', 'http://localhost:29170@evil.example', '//evil.example']) {
    const answer = await fetch(q.authorization({ prompt: 'none', redirect_uri }).address, {
      redirect: 'manual',
      headers: { accept: 'text/html' },
    });
    t.is(answer.status, 400);
    t.is(answer.headers.get('location'), null);
  }
  const unknown = await fetch(q.authorization({ prompt: 'none', client_id: `${defaultClientId}x` }).address, {
    redirect: 'manual',
  });
  t.is(unknown.headers.get('location'), null);
});
