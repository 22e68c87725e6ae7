import test from 'ava';
import { plainAddress } from '../../shared/client-address.ts';
import { type Running, start } from '../harness/index.ts';

let q: Running;
let behindProxy: Running;
const password = 'a long password';

test.before(async () => {
  [q, behindProxy] = await Promise.all([start(), start({ config: { trustProxy: 1 } })]);
  await Promise.all([q, behindProxy].map((each) => each.person({ username: 'ada', password })));
});
test.after.always(() => Promise.all([q?.close(), behindProxy?.close()]));

const wrong = `Basic ${Buffer.from('ada:wrong').toString('base64')}`;

async function addressesNoted(of: Running): Promise<string[]> {
  return of.knex('audit_entries').where({ action: 'sign_in_refused' }).orderBy('id').pluck('address');
}

test('ports, brackets and zones are no part of an address, and junk is none', (t) => {
  t.is(plainAddress('10.0.0.1:8080'), '10.0.0.1');
  t.is(plainAddress('[2001:db8::1]:443'), '2001:db8::1');
  t.is(plainAddress('[2001:db8::1]'), '2001:db8::1');
  t.is(plainAddress('fe80::1%eth0'), 'fe80::1');
  t.is(plainAddress('::ffff:10.0.0.1'), '::ffff:10.0.0.1');
  for (const junk of ['unknown', '', '10.0.0', '10.0.0.1, 10.0.0.2', "'; DROP TABLE users", '_hidden', undefined]) {
    t.is(plainAddress(junk), null);
  }
});

test('without a proxy nobody chooses the address that their tries are counted under', async (t) => {
  for (const forwarded of ['203.0.113.7', 'junk', '203.0.113.8, 203.0.113.9']) {
    const { status } = await q.fetch('/api/user/me/', { as: wrong, headers: { 'x-forwarded-for': forwarded } });
    t.is(status, 401);
  }
  t.deepEqual([...new Set(await addressesNoted(q))], ['127.0.0.1']);
});

test('behind one proxy the last address counts, and what is none gives way to the connection’s', async (t) => {
  const forwarded = [
    '203.0.113.7',
    '198.51.100.1, 203.0.113.8',
    '203.0.113.9:5555',
    '[2001:db8::5]:80',
    'junk',
    'fe80::1%x',
  ];
  for (const each of forwarded) {
    const { status } = await behindProxy.fetch('/api/user/me/', { as: wrong, headers: { 'x-forwarded-for': each } });
    t.is(status, 401, each);
  }
  t.deepEqual(await addressesNoted(behindProxy), [
    '203.0.113.7',
    '203.0.113.8',
    '203.0.113.9',
    '2001:db8::5',
    '127.0.0.1',
    'fe80::1',
  ]);
});
