import test from 'ava';
import fc from 'fast-check';
import { returnPath } from '../../idp/sign-in/return-path.ts';

test('after signing in one goes to a path of ours', (t) => {
  t.is(returnPath('/o/interaction/abc/'), '/o/interaction/abc/');
  t.is(returnPath('/o/applications/?search=a%20b&page=2'), '/o/applications/?search=a%20b&page=2');
  t.is(returnPath('/api/inventory/host/'), '/api/inventory/host/');
});

test('and never to another site, however it is spelt', (t) => {
  const home = '/accounts/';
  for (const next of [
    '',
    'https://evil.example/',
    '//evil.example/',
    '///evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
    '/%09//evil.example\n',
    'javascript:alert(1)',
    'accounts/',
    '/.//evil.example',
    '/..//evil.example',
    '/a/..//evil.example',
    ' /accounts/password/',
    '/\u2028/evil.example',
  ]) {
    t.is(returnPath(next), home, JSON.stringify(next));
  }
});

test('whatever is asked, a browser on our page stays with us', (t) => {
  const ours = 'https://store.example';
  const pieces = fc.constantFrom(
    '/',
    '\\',
    '.',
    '..',
    ':',
    '@',
    '?',
    '#',
    '%2f',
    '%5c',
    '\t',
    '\n',
    'evil.example',
    'http:',
    'a',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(pieces).map((parts) => parts.join('')),
        fc.webUrl(),
      ),
      (next) => {
        return new URL(returnPath(next), ours).origin === ours;
      },
    ),
    { numRuns: 2000 },
  );
  t.pass();
});
