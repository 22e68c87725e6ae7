import test from 'ava';
import { startSession } from '../../shared/identity/sessions.ts';
import { type Running, start } from '../harness/index.ts';

// RFC 9700 §4.16; the pages of the identity provider are also in test/pages, here all of both services together.

let q: Running;
let cookie: string;
test.before(async () => {
  q = await start();
  const root = await q.person({ username: 'root', superuser: true });
  cookie = `qm_session=${await startSession(q.knex, { userId: root.id, idleHours: 1, address: null, userAgent: null })}`;
  await q.knex('building').insert({ code: 'B1' });
});
test.after.always(() => q?.close());

const paths = [
  '/accounts/',
  '/accounts/login/?next=/o/interaction/x',
  '/accounts/logout/',
  '/accounts/password/',
  '/accounts/tokens/',
  '/accounts/applications/',
  '/api_tokens',
  '/o/applications/',
  '/o/applications/register/',
  '/o/applications/1/',
  '/o/applications/1/delete/',
  '/o/device/',
  '/o/logout/',
  '/o/authorize/',
  '/o/no-such-thing',
  '/api/',
  '/api/docs',
  '/api-doc/',
  '/api/inventory/building/',
  '/api/inventory/building/1/',
  '/api/user/',
  '/api/no-such-thing/',
  '/api/schema/',
  '/',
];

for (const path of paths) {
  test(`${path} is never framed, sniffed or kept, and runs only our own files`, async (t) => {
    for (const accept of ['text/html', 'application/json']) {
      const answer = await q.fetch(path, { headers: { accept, cookie } });
      const text = await answer.text();
      const policy = answer.headers.get('content-security-policy') ?? '';
      t.regex(policy, /frame-ancestors 'none'/, accept);
      t.regex(policy, /default-src 'none'/, accept);
      t.notRegex(policy, /unsafe-inline|unsafe-eval|https?:|\*/, accept);
      t.is(answer.headers.get('x-content-type-options'), 'nosniff', accept);
      t.is(answer.headers.get('access-control-allow-credentials'), null);
      // A script of the provider's own that its policy names by its hash is none that somebody slipped in.
      if (/'sha256-/.test(policy)) continue;
      t.notRegex(text, /<script(?![^>]*\bsrc=)[^>]*>\s*\S|\son\w+=["']|\sstyle=["']|javascript:/i, accept);
      if (answer.ok && !/^\/api\/schema|^\/api\/docs|^\/api-doc/.test(path)) {
        t.regex(answer.headers.get('cache-control') ?? '', /no-store|no-cache/, accept);
      }
    }
  });
}
