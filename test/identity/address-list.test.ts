import test from 'ava';
import { isInNetworks, readAddressList } from '../../shared/identity/address-list.ts';

test('a list of addresses is read however it is parted, and each network once', (t) => {
  t.deepEqual(readAddressList(' 192.0.2.7,10.1.2.3/8\n2001:DB8::/32;10.9.9.9/8 '), [
    '192.0.2.7/32',
    '10.0.0.0/8',
    '2001:db8::/32',
  ]);
  t.deepEqual(readAddressList(' '), []);
  for (const wrong of ['10.1', '0x0a000001', '10.0.0.0/33', 'lab', '::1/129', '10.0.0.1/', '/8', '1.2.3.4/8/8']) {
    t.throws(() => readAddressList(wrong), { message: /is no address/ }, wrong);
  }
  t.throws(() => readAddressList('10.0.0.1 '.repeat(51)), { message: /at most 50/ });
});

test('an address lies in a network of its own kind, and an unknown one in none', (t) => {
  const networks = ['10.1.0.0/16', '2001:db8::/32'];
  for (const inside of ['10.1.255.255', '::ffff:10.1.2.3', '2001:db8:1::9'])
    t.true(isInNetworks(networks, inside), inside);
  for (const outside of ['10.2.0.0', '::1', '2001:db9::', '', 'lab']) t.false(isInNetworks(networks, outside), outside);
  t.false(isInNetworks(networks, null));
  t.false(isInNetworks(['::/0'], '10.1.2.3'));
});
