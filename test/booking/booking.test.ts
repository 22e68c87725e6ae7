import test from 'ava';
import { type Running, start } from '../harness/index.ts';
import { type Booking, bookableHost, booker, day, group, type Problem, planner, record } from './lab.ts';

let q: Running;
test.before(async () => {
  q = await start();
});
test.after.always(() => q?.close());

const bookings = '/api/booking/booking/';

test('I book a host for myself without saying who I am', async (t) => {
  const me = await booker(q, 'selma');
  const host = await bookableHost(q);
  const json = { bookable: host.id, start: day(1), end: day(2), comment: 'soak test', mail_end_sent: true };
  const made = await q.json<Booking>(bookings, { as: me.token, json });
  t.is(made.status, 201);
  t.deepEqual(Object.keys(made.body), [
    'id',
    'start',
    'end',
    'comment',
    'timestamp',
    'mail_start_reminder_sent',
    'mail_end_reminder_sent',
    'mail_end_sent',
    'import_id',
    'bookable',
    'owner',
  ]);
  t.like(made.body, {
    start: day(1).replace('.000', ''),
    end: day(2).replace('.000', ''),
    comment: 'soak test',
    mail_end_sent: false,
    import_id: null,
    bookable: host.id,
    owner: me.id,
  });
  const entry = await q
    .knex('audit_entries')
    .where({ resource: 'booking', object_id: String(made.body.id) })
    .first();
  t.like(entry, { action: 'create', actor: 'selma' });
});

test('booking for somebody else takes the right to change bookings', async (t) => {
  const me = await booker(q, 'tom');
  const other = await booker(q, 'una');
  const host = await bookableHost(q);
  const json = { bookable: host.id, start: day(1), end: day(2), comment: 'for a friend', owner: other.id };
  const refused = await q.json<Problem>(bookings, { as: me.token, json });
  t.is(refused.status, 403);
  t.regex(refused.body.detail ?? '', /owner/);

  const boss = await planner(q, 'vera');
  const narrow = await q.tokenFor(boss, { scopes: ['r:add:booking'] });
  t.is((await q.fetch(bookings, { as: narrow, json })).status, 403);
  const wide = await q.tokenFor(boss, { scopes: ['r:add:booking', 'r:change:booking'] });
  const made = await q.json<Booking>(bookings, { as: wide, json });
  t.is(made.status, 201);
  t.is(made.body.owner, other.id);
});

test('whoever may only look can not book', async (t) => {
  const reader = await q.person({ username: 'reader', rights: { booking: ['view'] } });
  const host = await bookableHost(q);
  const json = { bookable: host.id, start: day(1), end: day(2), comment: 'x' };
  t.is((await q.fetch(bookings, { as: await q.tokenFor(reader), json })).status, 403);
  t.is((await q.fetch(bookings, { json })).status, 401);
});

test('only an active host can be booked', async (t) => {
  const me = await booker(q, 'wim');
  for (const status of ['created', 'suspended', 'inactive']) {
    const host = await bookableHost(q, { status });
    const json = { bookable: host.id, start: day(1), end: day(2), comment: 'x' };
    const refused = await q.json<Problem>(bookings, { as: me.token, json });
    t.is(refused.status, 400);
    t.deepEqual(refused.body, { bookable: [`${host.hostname} can not be booked: it is ${status}.`] });
  }
});

test('each wrong or missing field is named', async (t) => {
  const me = await booker(q, 'xia');
  const host = await bookableHost(q);
  const whole = { bookable: host.id, start: day(1), end: day(2), comment: 'x' };
  const problems = async (json: object) => {
    const { status, body } = await q.json<Problem>(bookings, { as: me.token, json });
    return [status, ...Object.keys(body)];
  };
  t.deepEqual(await problems({}), [400, 'start', 'end', 'comment', 'bookable']);
  t.deepEqual(await problems({ ...whole, bookable: 999_999 }), [400, 'bookable']);
  t.deepEqual(await problems({ ...whole, bookable: 'seven' }), [400, 'bookable']);
  t.deepEqual(await problems({ ...whole, comment: '' }), [400, 'comment']);
  t.deepEqual(await problems({ ...whole, comment: 'x'.repeat(301) }), [400, 'comment']);
  t.deepEqual(await problems({ ...whole, start: '2030-01-01' }), [400, 'start']);
  t.deepEqual(await problems({ ...whole, end: null }), [400, 'end']);
  t.deepEqual(await problems({ ...whole, start: day(2), end: day(1) }), [400, 'end']);
  t.deepEqual(await problems({ ...whole, end: day(40) }), [400, 'end']);
  t.deepEqual(await problems({ ...whole, start: day(-1, 23) }), [400, 'start']);
  t.deepEqual(await problems({ ...whole, owner: null }), [400, 'owner']);
  const boss = await planner(q, 'yara');
  const nobody = await q.json(bookings, { as: boss.token, json: { ...whole, owner: 999_999 } });
  t.deepEqual([nobody.status, nobody.body], [400, { owner: ['There is no such person.'] }]);
});

test('a booking may start earlier today, last exactly 31 days, or no time at all', async (t) => {
  const me = await booker(q, 'zoe');
  const host = await bookableHost(q);
  const book = async (start: string, end: string) =>
    (await q.fetch(bookings, { as: me.token, json: { bookable: host.id, start, end, comment: 'x' } })).status;
  t.is(await book(day(0), day(31)), 201);
  t.is(await book(day(40), day(40)), 201);
});

test('a host that is limited to a group is for its members, superusers included', async (t) => {
  const member = await booker(q, 'ada');
  const stranger = await booker(q, 'bea');
  const root = await q.person({ username: 'root', superuser: true });
  const host = await bookableHost(q, { group: await group(q, 'Radio team', [member]) });
  const json = { bookable: host.id, start: day(1), end: day(2), comment: 'x' };
  const refused = await q.json(bookings, { as: stranger.token, json });
  t.is(refused.status, 400);
  t.deepEqual(refused.body, { owner: [`${host.hostname} is for members of Radio team only; bea is none.`] });
  const asRoot = await q.tokenFor(root);
  t.is((await q.fetch(bookings, { as: asRoot, json })).status, 400);
  t.is((await q.fetch(bookings, { as: asRoot, json: { ...json, owner: member.id } })).status, 201);
});

test('what clashes is refused and named; what only touches is not', async (t) => {
  const me = await booker(q, 'cleo');
  const first = await booker(q, 'dora');
  const host = await bookableHost(q);
  const taken = await q.json<Booking>(bookings, {
    as: first.token,
    json: { bookable: host.id, start: day(5), end: day(8), comment: 'mine' },
  });
  const book = (start: string, end: string) =>
    q.json<Problem>(bookings, { as: me.token, json: { bookable: host.id, start, end, comment: 'x' } });
  for (const [start, end] of [
    [day(5), day(8)],
    [day(4), day(6)],
    [day(6), day(7)],
    [day(7), day(9)],
    [day(4), day(9)],
  ] as const) {
    const refused = await book(start, end);
    t.is(refused.status, 409);
    t.deepEqual(refused.body.clash, {
      id: taken.body.id,
      kind: 'booking',
      start: taken.body.start,
      end: taken.body.end,
      owner: 'dora',
    });
  }
  t.is((await book(day(3), day(5))).status, 201);
  t.is((await book(day(8), day(9))).status, 201);
});

test('a reservation that began long ago is in the way of a booking', async (t) => {
  const me = await booker(q, 'edda');
  const host = await bookableHost(q);
  const id = await record(q, { bookable: host, owner: me, start: day(-90), end: null, kind: 'reservation' });
  const json = { bookable: host.id, start: day(3), end: day(4), comment: 'x' };
  const refused = await q.json<Problem>(bookings, { as: me.token, json });
  t.is(refused.status, 409);
  t.like(refused.body.clash, { id, kind: 'reservation', end: null });
});

test('I cancel my upcoming booking: the slot is free again, the record stays', async (t) => {
  const me = await booker(q, 'finn');
  const other = await booker(q, 'gwen');
  const host = await bookableHost(q);
  const json = { bookable: host.id, start: day(1), end: day(2), comment: 'x' };
  const { body } = await q.json<Booking>(bookings, { as: me.token, json });
  const path = `${bookings}${body.id}/`;
  t.is((await q.fetch(path, { as: other.token, method: 'DELETE' })).status, 403);
  t.is((await q.fetch(path, { as: me.token, method: 'DELETE' })).status, 204);
  t.is((await q.fetch(path, { as: me.token })).status, 404);
  t.is((await q.fetch(path, { as: me.token, method: 'DELETE' })).status, 404);
  t.truthy((await q.knex('occupancy').where({ id: body.id }).first('cancelled_at')).cancelled_at);

  const again = await q.json<Booking>(bookings, { as: other.token, json });
  t.is(again.status, 201);
  const cancelled = await q.json(`${bookings}${again.body.id}/cancel/`, { as: other.token, json: {} });
  t.deepEqual([cancelled.status, cancelled.body], [200, { id: again.body.id, cancelled: true }]);
});

test('a running booking can be ended or made longer by its owner, and nothing else', async (t) => {
  const me = await booker(q, 'hugo');
  const other = await booker(q, 'iris');
  const host = await bookableHost(q);
  const elsewhere = await bookableHost(q);
  const id = await record(q, { bookable: host, owner: me, start: day(-2), end: day(3) });
  const path = `${bookings}${id}/`;
  const change = async (as: string, json: object) => {
    const { status, body } = await q.json<Problem>(path, { as, json, method: 'PATCH' });
    return status === 200 ? 200 : [status, ...Object.keys(body)];
  };
  t.deepEqual(await change(other.token, { end: day(1) }), [403, 'detail']);
  t.deepEqual(await change(me.token, { start: day(-1) }), [400, 'start']);
  t.deepEqual(await change(me.token, { bookable: elsewhere.id }), [400, 'bookable']);
  t.deepEqual(await change(me.token, { end: day(-1) }), [400, 'end']);
  t.deepEqual(await change(me.token, { owner: other.id }), [403, 'detail']);
  t.deepEqual(await change(me.token, { end: day(30) }), [400, 'end']);
  t.is(await change(me.token, { comment: 'still at it' }), 200);
  t.is(await change(me.token, { end: day(4) }), 200);
  t.is((await q.fetch(path, { as: me.token, method: 'DELETE' })).status, 409);

  const before = Date.now();
  const aMinuteAgo = new Date(before - 60_000).toISOString();
  const ended = await q.json<Booking>(path, { as: me.token, json: { end: aMinuteAgo }, method: 'PATCH' });
  t.is(ended.status, 200);
  t.true(Math.abs(Date.parse(ended.body.end ?? '') - before) < 10_000);
});

test('«End now» ends what runs', async (t) => {
  const me = await booker(q, 'jan');
  const host = await bookableHost(q);
  const id = await record(q, { bookable: host, owner: me, start: day(-2), end: day(3) });
  const ended = await q.json<Booking>(`${bookings}${id}/end/`, { as: me.token, json: {} });
  t.is(ended.status, 200);
  t.true(Math.abs(Date.parse(ended.body.end ?? '') - Date.now()) < 10_000);
  t.is((await q.fetch(`${bookings}${id}/end/`, { as: me.token, json: {} })).status, 409);
});

test('what is over is history, but for those who may correct bookings', async (t) => {
  const me = await booker(q, 'kai');
  const boss = await planner(q, 'lea');
  const host = await bookableHost(q);
  const id = await record(q, { bookable: host, owner: me, start: day(-5), end: day(-4) });
  const path = `${bookings}${id}/`;
  const json = { comment: 'it was I', start: day(-6) };
  t.is((await q.fetch(path, { as: me.token, json, method: 'PATCH' })).status, 409);
  t.is((await q.fetch(path, { as: me.token, method: 'DELETE' })).status, 409);
  t.is((await q.fetch(path, { as: boss.token, json, method: 'PATCH' })).status, 200);
  t.is((await q.fetch(path, { as: boss.token, method: 'DELETE' })).status, 204);
});

test('bookings of a previous system come in with their number, also past ones', async (t) => {
  const me = await booker(q, 'mona');
  const boss = await planner(q, 'nils');
  const host = await bookableHost(q);
  const json = { bookable: host.id, start: day(-9), end: day(-8), comment: 'x', import_id: 77 };
  t.is((await q.fetch(bookings, { as: me.token, json })).status, 400);
  t.is((await q.fetch(bookings, { as: boss.token, json: { ...json, import_id: null } })).status, 400);
  t.is((await q.fetch(bookings, { as: boss.token, json })).status, 201);
  const found = await q.json<Booking[]>(`${bookings}?import_id=77`, { as: boss.token });
  t.deepEqual(
    found.body.map(({ bookable }) => bookable),
    [host.id],
  );
});

test('moving a booking onto another clashes, onto itself does not', async (t) => {
  const me = await booker(q, 'olga');
  const host = await bookableHost(q);
  const make = (start: string, end: string) =>
    q.json<Booking>(bookings, { as: me.token, json: { bookable: host.id, start, end, comment: 'x' } });
  const first = await make(day(1), day(3));
  const second = await make(day(3), day(5));
  const move = (json: object) =>
    q.json<Problem>(`${bookings}${second.body.id}/`, { as: me.token, json, method: 'PATCH' });
  const refused = await move({ start: day(2) });
  t.is(refused.status, 409);
  t.is(refused.body.clash?.id, first.body.id);
  t.is((await move({ start: day(4) })).status, 200);
  t.is((await move({ start: day(3), end: day(6) })).status, 200);
  t.deepEqual(Object.keys((await move({ end: day(2) })).body), ['end']);
});

test('PUT with all that was read changes nothing', async (t) => {
  const me = await booker(q, 'paul');
  const host = await bookableHost(q);
  const id = await record(q, { bookable: host, owner: me, start: day(-2), end: day(2) });
  await q.knex.raw(`UPDATE occupancy SET start = start + interval '7 microseconds' WHERE id = ?`, [id]);
  const read = await q.json<Booking>(`${bookings}${id}/`, { as: me.token });
  const put = await q.json<Booking>(`${bookings}${id}/`, { as: me.token, json: read.body, method: 'PUT' });
  t.deepEqual([put.status, put.body], [200, read.body]);
});

test('lists narrow by time, owner, host and place', async (t) => {
  const me = await booker(q, 'quin');
  const host = await bookableHost(q);
  const past = await record(q, { bookable: host, owner: me, start: day(-5), end: day(-4) });
  const running = await record(q, { bookable: host, owner: me, start: day(-1), end: day(2) });
  const upcoming = await record(q, { bookable: host, owner: me, start: day(3), end: day(4) });
  const ids = async (query: string) => {
    const { body } = await q.json<Booking[]>(`${bookings}?bookable=${host.id}&${query}`, { as: me.token });
    return body.map(({ id }) => id);
  };
  t.deepEqual(await ids(''), [upcoming, running, past]);
  t.deepEqual(await ids(`start_after=${day(3)}`), [upcoming]);
  t.deepEqual(await ids(`start_before=${day(3)}&end_after=${day(-4)}`), [running]);
  t.deepEqual(await ids(`end_before=${day(2)}`), [running, past]);
  t.deepEqual(await ids(`at=${day(3)}`), [upcoming]);
  t.deepEqual(await ids(`owner=${me.id + 1}`), []);
  t.deepEqual(await ids('mine=true&ordering=start'), [past, running, upcoming]);
  t.deepEqual(await ids(`hostname=${host.hostname.toUpperCase()}&owner_name=QUIN&search=record`), [
    upcoming,
    running,
    past,
  ]);
  t.is((await q.fetch(`${bookings}?at=yesterday`, { as: me.token })).status, 400);
  t.is((await q.fetch(`${bookings}?owner=abc`, { as: me.token })).status, 400);
});

test('somebody without any role sees their own bookings and no others', async (t) => {
  const me = await q.person({ username: 'rosa' });
  const other = await booker(q, 'sven');
  const host = await bookableHost(q);
  const mine = await record(q, { bookable: host, owner: me, start: day(1), end: day(2) });
  const theirs = await record(q, { bookable: host, owner: other, start: day(2), end: day(3) });
  const as = await q.tokenFor(me);
  const { body } = await q.json<Booking[]>(bookings, { as });
  t.deepEqual(
    body.map(({ id }) => id),
    [mine],
  );
  t.is((await q.fetch(`${bookings}${theirs}/`, { as })).status, 404);
  t.is((await q.fetch(`${bookings}${theirs}/`, { as, method: 'DELETE' })).status, 404);
  t.is((await q.fetch(`${bookings}${mine}/`, { as, method: 'DELETE' })).status, 204);
});

test('whoever may not book gives back what was booked for them, but takes no more', async (t) => {
  const me = await q.person({ username: 'tess' });
  const host = await bookableHost(q);
  const other = await bookableHost(q);
  const id = await record(q, { bookable: host, owner: me, start: day(3), end: day(6) });
  const as = await q.tokenFor(me);
  const change = async (json: object) => {
    const { status, body } = await q.json<Problem>(`${bookings}${id}/`, { as, json, method: 'PATCH' });
    return status === 200 ? 200 : [status, ...Object.keys(body)];
  };
  t.deepEqual(await change({ start: day(2), end: day(7) }), [400, 'start', 'end']);
  t.deepEqual(await change({ start: day(10), end: day(11) }), [400, 'end']);
  t.deepEqual(await change({ bookable: other.id }), [400, 'bookable']);
  t.is(await change({ start: day(4), end: day(5), comment: 'shorter' }), 200);
});
