import test from 'ava';
import { type Running, start } from '../harness/index.ts';
import { bookableHost, booker, day, group, type Problem, planner, record } from './lab.ts';

let q: Running;
test.before(async () => {
  q = await start();
});
test.after.always(() => q?.close());

const bookables = '/api/booking/bookable/';

interface Bookable {
  id: number;
  hostname: string;
  booked: string | false;
  reserved: boolean;
  status: string;
}

test('a bookable says everything about its host, and anybody may read it', async (t) => {
  const { knex } = q;
  const host = await bookableHost(q);
  const [building] = await knex('building').insert({ code: 'B1' }).returning('id');
  const [lab] = await knex('lab').insert({ name: 'L', building_id: building.id }).returning('id');
  const [rack] = await knex('rack').insert({ number: 0, lab_id: lab.id }).returning('id');
  const [type] = await knex('host_type').insert({ name: 'T' }).returning('id');
  const [model] = await knex('host_hardware').insert({ name: 'H', host_type_id: type.id }).returning('id');
  const [kind] = await knex('card_type').insert({ name: 'RAID' }).returning('id');
  const [card] = await knex('card').insert({ cardtype_id: kind.id, host_id: host.host, details: 'd' }).returning('id');
  await knex('host').where({ id: host.host }).update({ ip: '10.1.1.1', rack_id: rack.id, hardware_id: model.id });

  const { status, body } = await q.json<Bookable>(`${bookables}${host.id}/`);
  t.is(status, 200);
  t.is(
    JSON.stringify(body),
    JSON.stringify({
      id: host.id,
      hostname: host.hostname,
      ip: '10.1.1.1',
      hardware: '[T] H',
      cards: [{ id: card.id, cardtype__name: 'RAID', details: 'd' }],
      rack: '0 in B1/L',
      booked: false,
      reserved: false,
      status: 'active',
      comment: '',
      host: host.host,
    }),
  );
  const found = await q.json<{ count: number; results: Bookable[] }>(
    `${bookables}?limit=5&lab=${lab.id},999&building=${building.id}&hw=${model.id}&htype=${type.id}&active=True`,
  );
  t.like(found.body, { count: 1 });
  t.is(found.body.results[0]?.id, host.id);
  t.deepEqual((await q.json<Bookable[]>(`${bookables}?lab=${lab.id + 1}`)).body, []);
  t.is((await q.fetch(`${bookables}?lab=abc`)).status, 400);
});

test('it says until when and by whom it is booked, and whether it is reserved, at the moment of asking', async (t) => {
  const me = await booker(q, 'test');
  const booked = await bookableHost(q);
  const later = await bookableHost(q);
  const reserved = await bookableHost(q);
  const end = day(9);
  await record(q, { bookable: booked, owner: me, start: day(-1), end });
  await record(q, { bookable: later, owner: me, start: day(1), end: day(2) });
  await record(q, { bookable: later, owner: me, start: day(-3), end: day(-2), kind: 'reservation' });
  await record(q, { bookable: reserved, owner: me, start: day(-1), end: null, kind: 'reservation' });
  const one = async ({ id }: { id: number }) => (await q.json<Bookable>(`${bookables}${id}/`)).body;
  const [, yy, mm, dd] = /^..(..)-(..)-(..)/.exec(end) ?? [];
  t.like(await one(booked), { booked: `Booked until ${dd}/${mm}/${yy} by test`, reserved: false });
  t.like(await one(later), { booked: false, reserved: false });
  t.like(await one(reserved), { booked: false, reserved: true });

  const among = async (query: string) => {
    const { body } = await q.json<Bookable[]>(`${bookables}?${query}`);
    return [booked, later, reserved].map(({ id }) => body.some((found) => found.id === id));
  };
  t.deepEqual(await among('free=1'), [false, true, true]);
  t.deepEqual(await among('nores=true'), [true, true, false]);
  t.deepEqual(await among('free=1&nores=1'), [false, true, false]);
  t.deepEqual(await among('free=no'), [true, true, true]);
  t.deepEqual(await among(`free_during=${day(10)}/${day(12)}`), [true, true, false]);
  t.deepEqual(await among(`free_during=${day(1)}/${day(2)}`), [false, false, false]);
  const wrong = await q.json<Problem>(`${bookables}?free_during=soon`);
  t.deepEqual([wrong.status, ...Object.keys(wrong.body)], [400, 'free_during']);
  t.is((await q.fetch(`${bookables}?free_during=2026-13-01/2026-14-01`)).status, 400);

  await q.knex('occupancy').where({ bookable_id: booked.id }).update({ cancelled_at: new Date() });
  t.like(await one(booked), { booked: false });
});

test('my hosts and those of my groups can be singled out', async (t) => {
  const me = await booker(q, 'ulf');
  const other = await booker(q, 'pia');
  const mine = await bookableHost(q);
  const ours = await bookableHost(q, { group: await group(q, 'Ours', [me]) });
  await q.knex('host').where({ id: mine.host }).update({ owner_id: me.id });
  const ids = async (query: string, as?: string) =>
    (await q.json<Bookable[]>(`${bookables}?${query}`, as ? { as } : {})).body.map(({ id }) => id);
  t.deepEqual(await ids('mine=1', me.token), [mine.id]);
  t.deepEqual(await ids('mygroup=1', me.token), [ours.id]);
  t.deepEqual(await ids('mygroup=1', other.token), []);
  t.deepEqual(await ids('mygroup=1'), []);
  t.deepEqual(await ids('mine=1'), await ids(''));
});

test('the order is by host name, or by address when asked', async (t) => {
  const hosts = [await bookableHost(q), await bookableHost(q), await bookableHost(q)];
  const addresses = ['10.9.0.30', '10.9.0.4', '10.9.0.200'];
  for (const [n, { host }] of hosts.entries()) {
    await q
      .knex('host')
      .where({ id: host })
      .update({ ip: addresses[n], hostname: `order-${n}` });
  }
  const names = async (query: string) =>
    (await q.json<Bookable[]>(`${bookables}?network=10.9.0.0/24&${query}`)).body.map(({ hostname }) => hostname);
  t.deepEqual(await names(''), ['order-0', 'order-1', 'order-2']);
  t.deepEqual(await names('ordering=-host__hostname'), ['order-2', 'order-1', 'order-0']);
  t.deepEqual(await names('ipsort=1'), ['order-1', 'order-0', 'order-2']);
});

test('a host is made bookable once, and starts as created', async (t) => {
  const boss = await planner(q, 'rex');
  const host = await bookableHost(q);
  await q.knex('bookable').where({ id: host.id }).delete();
  const as = boss.token;
  const made = await q.json<Bookable>(bookables, { as, json: { host: host.host } });
  t.is(made.status, 201);
  t.is(made.body.status, 'created');
  const again = await q.json<Problem>(bookables, { as, json: { host: host.host } });
  t.deepEqual([again.status, again.body], [400, { host: ['This host is bookable already.'] }]);
  const wrong = await q.json<Problem>(`${bookables}${made.body.id}/`, {
    as,
    json: { status: 'gone' },
    method: 'PATCH',
  });
  t.deepEqual([wrong.status, ...Object.keys(wrong.body)], [400, 'status']);
  t.is((await q.fetch(bookables, { json: { host: host.host } })).status, 401);
});

test('who books for themself does not decide what can be booked: that takes the right to change bookings', async (t) => {
  const { token } = await booker(q, 'rita');
  const host = await bookableHost(q);
  await q.knex('bookable').where({ id: host.id }).delete();
  t.is((await q.fetch(bookables, { as: token, json: { host: host.host } })).status, 403);
});

test('where nothing is open to everybody, bookables are not either', async (t) => {
  const closed = await start({ config: { anonymousRead: 'none' } });
  try {
    t.is((await closed.fetch(bookables)).status, 401);
  } finally {
    await closed.close();
  }
});
