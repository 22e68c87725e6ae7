import test from 'ava';
import { addressKey, countSuccess, countTry, signInLimits } from '../../shared/identity/sign-in-limits.ts';
import { FormBrowser } from '../harness/form-browser.ts';
import { type Running, start } from '../harness/index.ts';

let q: Running;
test.before(async () => {
  q = await start();
});
test.after.always(() => q?.close());

test('of many parallel tries on one account no more than allowed get their password checked, and the page says how long to wait', async (t) => {
  const person = await q.person({ username: 'target', password: 'correct horse' });
  const browser = new FormBrowser(q.url);
  const page = await browser.open('/accounts/login/');
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, i) => browser.submit(page, { username: 'target', password: `guess ${i}` })),
  );
  const checked = answers.filter(({ status }) => status === 422).length;
  const stopped = answers.filter(({ status }) => status === 429);
  t.is(checked, signInLimits.account);
  t.is(stopped.length, 40 - signInLimits.account);
  const refusals = await q.knex('audit_entries').where({ action: 'sign_in_refused', object_id: String(person.id) });
  t.is(refusals.length, signInLimits.account);

  const right = await browser.submit(page, { username: 'TARGET', password: 'correct horse' });
  t.is(right.status, 429, 'the right password does not get past it either');
  const wait = Number(right.headers.get('retry-after'));
  t.true(wait > 0 && wait <= signInLimits.seconds);
  t.regex(right.html, /Too many tries\. Try again in \d+ (minutes|seconds)\./);
});

test('an unknown name is limited like a known one', async (t) => {
  const tried = { account: 'nobody', address: null };
  for (let i = 0; i < signInLimits.account; i += 1) t.is(await countTry(q.services.pool, tried), null);
  t.truthy(await countTry(q.services.pool, tried));
  t.is(await countTry(q.services.pool, { account: 'somebody else', address: null }), null);
});

test('a right password clears the count of its account, but not that of its address', async (t) => {
  const address = '192.0.2.7';
  const { pool } = q.services;
  for (let i = 0; i < signInLimits.account; i += 1) await countTry(pool, { account: 4711, address });
  t.truthy(await countTry(pool, { account: 4711, address }));
  await countSuccess(pool, { account: 4711, address });
  t.is(await countTry(pool, { account: 4711, address }), null);
  for (let i = 0; i < signInLimits.address; i += 1) await countTry(pool, { account: `name ${i}`, address });
  t.truthy(await countTry(pool, { account: 'fresh name', address }));
  t.is(await countTry(pool, { account: 'fresh name', address: '192.0.2.8' }), null);
});

test('who is stopped by their address cannot lock an account out', async (t) => {
  const { pool } = q.services;
  const address = '2001:db8::1';
  for (let i = 0; i < signInLimits.address; i += 1) await countTry(pool, { account: `other ${i}`, address });
  for (let i = 0; i < signInLimits.account; i += 1) t.truthy(await countTry(pool, { account: 815, address }));
  t.is(await countTry(pool, { account: 815, address: '198.51.100.1' }), null);
});

test('a whole /64 of IPv6 counts as one address, and IPv4 in IPv6 as itself', (t) => {
  t.is(addressKey('2001:db8:1:2:3:4:5:6'), addressKey('2001:db8:1:2::9'));
  t.not(addressKey('2001:db8:1:2::9'), addressKey('2001:db8:1:3::9'));
  t.is(addressKey('2001:db8::1'), '2001:db8:0:0');
  t.is(addressKey('::ffff:10.1.2.3'), '10.1.2.3');
  t.is(addressKey('fe80::1%eth0'), 'fe80:0:0:0');
  t.is(addressKey('::1'), '0:0:0:0');
  t.is(addressKey('whatever a proxy was told'), 'unknown');
});
