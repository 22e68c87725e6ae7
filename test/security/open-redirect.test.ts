import test from 'ava';
import { Setting } from '../provider/setting.ts';

// RFC 9700 §4.11. Spellings of `next` are in test/sign-in/return-path.test.ts; here the whole way, and other parameters.

const q = await Setting.open();
const ada = await q.person({ username: 'ada' });
test.after.always(() => q.close());

const strangers = [
  'https://evil.example/',
  '//evil.example/',
  '/\\evil.example',
  '/%09/evil.example',
  '/%2f%2fevil.example',
  'javascript:alert(1)',
  '/accounts/..//evil.example',
  'http:evil.example',
];

for (const next of strangers) {
  test(`signing in never ends at ${next}`, async (t) => {
    const browser = q.browser();
    const page = await browser.open(`/accounts/login/?next=${encodeURIComponent(next)}`);
    const landed = await browser.signIn(page, ada);
    t.is(landed.url.origin, new URL(q.url).origin);
    const signedIn = await browser.open(`/accounts/login/?next=${encodeURIComponent(next)}`);
    t.is(signedIn.url.origin, new URL(q.url).origin);
    t.notRegex(landed.html + signedIn.html, /(?:href|action)="(?!\/)[^"]*evil/);
  });
}

test('no other parameter leads away from our pages', async (t) => {
  const browser = q.browser();
  await browser.signIn(await browser.open('/accounts/login/'), ada);
  for (const name of [
    'next',
    'redirect',
    'redirect_uri',
    'return_to',
    'returnTo',
    'url',
    'continue',
    'goto',
    'target_link_uri',
    'post_logout_redirect_uri',
  ]) {
    for (const path of [
      '/accounts/',
      '/accounts/login/',
      '/accounts/logout/',
      '/o/logout/',
      '/o/authorize/',
      '/o/device/',
      '/api_tokens',
      '//evil.example/accounts',
    ]) {
      const page = await browser.open(`${q.url}${path}?${name}=https%3A%2F%2Fevil.example%2F`);
      t.is(page.url.origin, new URL(q.url).origin, `${path}?${name}`);
      t.notRegex(page.html, /(?:href|action|content)="[^"]*:\/\/evil/);
    }
  }
});
