import test from 'ava';
import { addressesIn, problemWithAddress, problemWithMixture } from '../../shared/applications/addresses.ts';

test('https, loopback http and reversed-domain schemes may be registered', (t) => {
  for (const address of [
    'https://app.example/callback',
    'https://app.example/callback?tenant=1',
    'https://app.example:8443/',
    'https://app.example',
    'http://127.0.0.1/callback',
    'http://127.0.0.1',
    'http://127.0.0.1:5000/',
    'http://[::1]/callback',
    'http://localhost/callback',
    'com.example.app:/callback',
    'com.example.app://oauth/callback',
    'org.lab-tools.scanner2:/x',
  ]) {
    t.is(problemWithAddress(address), null, address);
  }
});

const refused: readonly (readonly [string, RegExp])[] = [
  ['http://app.example/callback', /http only for/],
  ['http://127.0.0.1.evil.example/', /http only for/],
  ['http://localhost.evil.example/', /http only for/],
  ['http://127.0.0.2/', /http only for/],
  ['http://0.0.0.0/', /http only for/],
  ['http://localhost:80@evil.example/', /no user name/],
  ['http://evil.example@127.0.0.1/', /no user name/],
  ['https://user:pass@app.example/', /no user name/],
  ['https://@app.example/', /no user name/],
  ['https://app.example/cb#part', /no fragment/],
  ['https://app.example/cb#', /no fragment/],
  ['https://*.example/cb', /no wildcards/],
  ['https://app.example/*', /no wildcards/],
  ['https://app.example/a/../b', /write it as https:\/\/app\.example\/b/],
  ['https://app.example/a/%2e%2e/b', /write it as/],
  ['https://app.example:443/', /write it as https:\/\/app\.example\//],
  ['https://APP.example/', /write it as/],
  ['https:\\\\app.example\\', /write it as/],
  ['https:app.example', /write it as/],
  ['https://app.example/a b', /only printable ASCII/],
  ['https://app.example/ü', /only printable ASCII/],
  ['https://app.example/\u0000', /only printable ASCII/],
  ['https://', /is not an address/],
  ['/callback', /must begin with/],
  ['app.example/callback', /must begin with/],
  ['javascript:alert(1)', /reversed domain name/],
  ['data:text/html,x', /reversed domain name/],
  ['file:///etc/passwd', /reversed domain name/],
  ['ftp://app.example/', /reversed domain name/],
  ['myapp:/callback', /reversed domain name/],
  ['.app:/callback', /must begin with|is not an address/],
  [`https://app.example/${'x'.repeat(2000)}`, /at most 2000/],
];
for (const [address, problem] of refused) {
  test(`${JSON.stringify(address).slice(0, 60)} may not`, (t) =>
    t.regex(problemWithAddress(address) ?? 'accepted', problem));
}

test('an installed application cannot claim https on loopback', (t) => {
  t.is(problemWithMixture(['https://localhost/cb', 'https://app.example/']), null);
  t.regex(problemWithMixture(['https://localhost/cb', 'http://127.0.0.1/'])!, /use http on loopback/);
  t.is(problemWithMixture(['https://app.example/', 'com.example.app:/cb']), null);
});

test('addresses are one a line, without empty lines and repetitions', (t) => {
  t.deepEqual(addressesIn(' https://a.example/ \r\n\r\nhttps://b.example/\nhttps://a.example/'), [
    'https://a.example/',
    'https://b.example/',
  ]);
});
