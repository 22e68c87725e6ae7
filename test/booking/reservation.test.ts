import test from 'ava';
import { type Running, start } from '../harness/index.ts';
import { type Booking, bookableHost, booker, day, group, type Problem, planner, record } from './lab.ts';

let q: Running;
test.before(async () => {
  q = await start();
});
test.after.always(() => q?.close());

const reservations = '/api/booking/reservation/';

test('reserving takes the right to change bookings', async (t) => {
  const me = await booker(q, 'abe');
  const boss = await planner(q, 'bob');
  const host = await bookableHost(q);
  const json = { bookable: host.id, start: day(1), comment: 'build farm' };
  t.is((await q.fetch(reservations, { as: me.token, json })).status, 403);
  const narrow = await q.tokenFor(boss, { scopes: ['r:add:booking'] });
  t.is((await q.fetch(reservations, { as: narrow, json })).status, 403);
  const wide = await q.tokenFor(boss, { scopes: ['r:change:booking'] });
  const made = await q.json<Booking>(reservations, { as: wide, json });
  t.is(made.status, 201);
  t.deepEqual(Object.keys(made.body), [
    'id',
    'start',
    'end',
    'comment',
    'timestamp',
    'mail_start_reminder_sent',
    'mail_last_nag',
    'bookable',
    'owner',
  ]);
  t.like(made.body, { end: null, owner: boss.id, bookable: host.id });
});

test('a reservation may begin in the past, last for years, and be for anybody of the host’s group', async (t) => {
  const boss = await planner(q, 'cid');
  const member = await booker(q, 'dan');
  const host = await bookableHost(q, { group: await group(q, 'Optics', [member]) });
  const json = { bookable: host.id, start: day(-30), end: day(900), comment: 'x' };
  const refused = await q.json<Problem>(reservations, { as: boss.token, json });
  t.deepEqual([refused.status, ...Object.keys(refused.body)], [400, 'owner']);
  t.is((await q.fetch(reservations, { as: boss.token, json: { ...json, owner: member.id } })).status, 201);
});

test('bookings and reservations keep clear of each other, both ways', async (t) => {
  const boss = await planner(q, 'eli');
  const host = await bookableHost(q);
  const reserve = (start: string, end: string | null) =>
    q.json<Problem & Booking>(reservations, { as: boss.token, json: { bookable: host.id, start, end, comment: 'x' } });
  const booking = await record(q, { bookable: host, owner: boss, start: day(5), end: day(6) });
  const around = await reserve(day(1), day(9));
  t.is(around.status, 409);
  t.like(around.body.clash, { id: booking, kind: 'booking', owner: 'eli' });
  t.is((await reserve(day(1), null)).status, 409);
  t.is((await reserve(day(1), day(5))).status, 201);
  const open = await reserve(day(6), null);
  t.is(open.status, 201);
  const second = await reserve(day(400), null);
  t.is(second.status, 409);
  t.is(second.body.detail, `${host.hostname} is reserved from ${open.body.start} until further notice by eli.`);
  t.is((await reserve(day(3), day(4))).status, 409);
});

test('its owner gives a reservation back early, also while the host is suspended, but takes no more of it', async (t) => {
  const me = await booker(q, 'fay');
  const host = await bookableHost(q);
  const other = await bookableHost(q);
  const id = await record(q, { bookable: host, owner: me, start: day(-9), end: day(9), kind: 'reservation' });
  await q.knex('bookable').where({ id: host.id }).update({ status: 'suspended' });
  const change = async (json: object) => {
    const { status, body } = await q.json<Problem>(`${reservations}${id}/`, { as: me.token, json, method: 'PATCH' });
    return status === 200 ? 200 : [status, ...Object.keys(body)];
  };
  t.deepEqual(await change({ end: day(10) }), [400, 'end']);
  t.deepEqual(await change({ end: null }), [400, 'end']);
  t.deepEqual(await change({ bookable: other.id }), [400, 'bookable']);
  t.is(await change({ end: day(5) }), 200);
  t.is((await q.fetch(`${reservations}${id}/`, { as: me.token, method: 'DELETE' })).status, 409);
  t.is((await q.fetch(`${reservations}${id}/end/`, { as: me.token, json: {} })).status, 200);
  t.is(await change({ comment: 'thanks' }).then((answer) => (Array.isArray(answer) ? answer[0] : answer)), 409);
});

test('a planner edits and extends a running reservation of a suspended host', async (t) => {
  const boss = await planner(q, 'gus');
  const host = await bookableHost(q);
  const id = await record(q, { bookable: host, owner: boss, start: day(-9), end: null, kind: 'reservation' });
  await q.knex('bookable').where({ id: host.id }).update({ status: 'suspended' });
  const change = async (json: object) =>
    (await q.fetch(`${reservations}${id}/`, { as: boss.token, json, method: 'PATCH' })).status;
  t.is(await change({ end: day(20) }), 200);
  t.is(await change({ end: day(60), comment: 'longer' }), 200);
  t.is(await change({ end: day(-20) }), 400);
});

test('an upcoming reservation can be cancelled by its owner', async (t) => {
  const me = await booker(q, 'hal');
  const host = await bookableHost(q);
  const id = await record(q, { bookable: host, owner: me, start: day(4), end: null, kind: 'reservation' });
  t.is((await q.fetch(`${reservations}${id}/cancel/`, { as: me.token, json: {} })).status, 200);
  t.is((await q.fetch(`${reservations}${id}/`, { as: me.token })).status, 404);
});

test('a reservation is not among the bookings, nor the other way round', async (t) => {
  const boss = await planner(q, 'ike');
  const host = await bookableHost(q);
  const booking = await record(q, { bookable: host, owner: boss, start: day(1), end: day(2) });
  const held = await record(q, { bookable: host, owner: boss, start: day(3), end: null, kind: 'reservation' });
  const ids = async (path: string) =>
    (await q.json<Booking[]>(`${path}?bookable=${host.id}`, { as: boss.token })).body.map(({ id }) => id);
  t.deepEqual(await ids('/api/booking/booking/'), [booking]);
  t.deepEqual(await ids(reservations), [held]);
  t.is((await q.fetch(`/api/booking/booking/${held}/`, { as: boss.token })).status, 404);
  t.is((await q.fetch(`${reservations}${booking}/`, { as: boss.token, method: 'DELETE' })).status, 404);
  t.deepEqual(
    (await q.json<Booking[]>(`${reservations}?bookable=${host.id}&end_after=${day(500)}`, { as: boss.token })).body.map(
      ({ id }) => id,
    ),
    [held],
  );
});
