import test from 'ava';
import { FormBrowser } from '../harness/form-browser.ts';
import { type Running, start } from '../harness/index.ts';

let q: Running;
test.before(async () => {
  q = await start();
});
test.after.always(() => q?.close());

test('a flood of sign-ins is turned away in part, stops nothing else, and ends by itself', async (t) => {
  await q.person({ username: 'patient', password: 'correct horse' });
  const browser = new FormBrowser(q.url);
  const page = await browser.open('/accounts/login/');
  const flood = Promise.all(
    Array.from({ length: 90 }, (_, i) => browser.submit(page, { username: `somebody ${i}`, password: 'guess' })),
  );
  const begun = performance.now();
  t.is((await q.fetch('/accounts/login/')).status, 200);
  t.true(performance.now() - begun < 3000, 'another page comes while passwords are checked');
  const answers = await flood;
  const busy = answers.filter(({ status }) => status === 503);
  t.true(busy.length > 0, 'more than can wait');
  t.is(busy.length + answers.filter(({ status }) => status === 422).length, 90);
  t.true(
    busy.every(({ headers, html }) => headers.get('retry-after') === '5' && /Too many sign-ins at once/.test(html)),
  );
  const after = await browser.signIn(page, { username: 'patient', password: 'correct horse' });
  t.is(after.url.pathname, '/accounts/');
});
