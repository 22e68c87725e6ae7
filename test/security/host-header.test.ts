import test from 'ava';
import { type Answered, send } from '../hardening/wire-request.ts';
import { type Running, start } from '../harness/index.ts';

// The class: GHSA-2wmj-46rj-qm2w. What a client writes about where it is gets into no address that we give out.

let plain: Running;
let behindProxy: Running;
test.before(async () => {
  plain = await start();
  behindProxy = await start({ config: { trustProxy: 1 } });
});
test.after.always(() => Promise.all([plain?.close(), behindProxy?.close()]));

const claims = {
  host: 'evil.example',
  'x-forwarded-host': 'evil.example',
  'x-forwarded-proto': 'https',
  'x-forwarded-port': '4443',
  'x-forwarded-prefix': '/evil',
  forwarded: 'host=evil.example;proto=https',
  'x-original-url': '/evil.example',
  'x-rewrite-url': '/evil.example',
};

for (const [where, running] of [
  ['without a proxy', () => plain],
  ['behind a proxy', () => behindProxy],
] as const) {
  test(`no answer repeats a made-up host, ${where}`, async (t) => {
    const q = running();
    const as = `Token ${await q.tokenFor(await q.person({ username: 'root', superuser: true }))}`;
    await q.knex('building').insert([{ code: 'B1' }, { code: 'B2' }]);
    const paths = [
      '/api/',
      '/api/no-such-thing/',
      '/api/inventory/building/?limit=1',
      '/api/schema/?format=json',
      '/.well-known/oauth-protected-resource',
      '/.well-known/oauth-authorization-server/o',
      '/o/.well-known/openid-configuration',
      '/o/authorize/?client_id=x',
      '/o/no-such-thing',
      '/accounts/',
      '/accounts/login/',
      '/o/applications/',
    ];
    for (const path of paths) {
      for (const accept of ['application/json', 'text/html']) {
        const answer: Answered = await send(q.url, {
          method: 'GET',
          path,
          headers: { ...claims, accept, authorization: as },
          body: null,
        });
        t.false(
          JSON.stringify(answer).includes('evil.example'),
          `${path} ${accept}: ${JSON.stringify(answer).slice(0, 300)}`,
        );
        const open: Answered = await send(q.url, { method: 'GET', path, headers: { ...claims, accept }, body: null });
        t.false(JSON.stringify(open).includes('evil.example'), `${path} ${accept}, signed out`);
      }
    }
    const made = await send(q.url, {
      method: 'POST',
      path: '/api/inventory/building/',
      headers: { ...claims, authorization: as, 'content-type': 'application/json' },
      body: '{"code":"B3"}',
    });
    t.is(made.status, 201);
    t.true((made.headers.location ?? '').startsWith(q.services.config.publicUrl));
    t.false(made.text.includes('evil.example'));
  });

  test(`an absolute address in the request line changes nothing either, ${where}`, async (t) => {
    const q = running();
    for (const path of [
      'http://evil.example/api/no-such-thing/',
      'http://evil.example/accounts/',
      'http://evil.example/o/authorize/',
    ]) {
      const answer = await send(q.url, { method: 'GET', path, headers: { accept: 'text/html' }, body: null });
      t.true(answer.status < 500);
      t.regex(answer.headers.location ?? '/', /^\/|^http:\/\/127\.0\.0\.1/);
    }
  });
}
