import test from 'ava';
import { bookableHost, day } from '../booking/lab.ts';
import { type Running, start } from '../harness/index.ts';
import { aHost, aLab, aNic } from './network.ts';

let q: Running;
let as: string;
test.before(async () => {
  q = await start();
  as = await q.tokenFor(await q.person({ username: 'night', staff: true }));
});
test.after.always(() => q?.close());

const maintain = async () => (await q.json<string>('/api/cron/maintenance', { as, method: 'POST' })).body;
const insert = async (table: string, values: object): Promise<number> =>
  (await q.knex(table).insert(values).returning('id'))[0].id;
const there = async (table: string, ids: readonly number[]) =>
  (await q.knex(table).whereIn('id', [...ids])).map(({ id }) => ids.indexOf(id)).sort();
const scan = (when: string) =>
  insert('scan_session', { agent_identifier: `a${Math.random()}`, raw_data: '[]', timestamp: when });

test.serial('findings that things have caught up with are resolved', async (t) => {
  const north = await aLab(q, 'North', '10.1.0.0/16');
  const south = await aLab(q, 'South', '10.2.0.0/16');
  const bare = await aLab(q, 'Bare', null);
  const session = await scan(day(0));
  const conflict = async (host: number, newlab: number) =>
    insert('location_scan_conflict', { scan_id: session, host_id: host, newlab_id: newlab });
  const location = [
    await conflict(await aHost(q, 'there', { rack_id: south.rack1 }), south.id),
    await conflict(await aHost(q, 'within', { rack_id: north.rack1, ip: '10.1.1.1' }), south.id),
    await conflict(await aHost(q, 'elsewhere', { rack_id: north.rack1, ip: '10.2.1.1' }), south.id),
    await conflict(await aHost(q, 'nowhere', { rack_id: bare.rack1, ip: '10.2.1.2' }), south.id),
  ];
  const nic = async (mac: string, newip: string) =>
    insert('nic_scan_conflict', { scan_id: session, nic_id: await aNic(q, mac, { ip: '10.1.1.1' }), newip });
  const nics = [await nic('a0:00:00:00:00:01', '10.1.1.1'), await nic('a0:00:00:00:00:02', '10.1.1.2')];
  const unknown = [
    await insert('unknown_scan_conflict', { scan_id: session, ip: '10.1.1.1', mac: 'a0:00:00:00:00:01' }),
    await insert('unknown_scan_conflict', { scan_id: session, ip: '10.1.1.1', mac: 'a0:00:00:00:00:09' }),
  ];
  await maintain();
  const statuses = async (table: string, ids: number[]) =>
    (await q.knex(table).whereIn('id', ids).orderBy('id')).map(({ status }) => status);
  t.deepEqual(await statuses('location_scan_conflict', location), ['resolved', 'resolved', 'new', 'new']);
  t.deepEqual(await statuses('nic_scan_conflict', nics), ['resolved', 'new']);
  t.deepEqual(await statuses('unknown_scan_conflict', unknown), ['resolved', 'new']);
});

test.serial('an active host that nobody has seen for two days is warned of, once', async (t) => {
  const gone = await aHost(q, 'gone', { status: 'active', lastseen: day(-3) });
  const ignored = await aHost(q, 'left alone', { status: 'active', lastseen: day(-3) });
  await insert('offline_host_warning', { host_id: ignored, status: 'ignore' });
  const others = [
    await aHost(q, 'seen', { status: 'active', lastseen: day(-1) }),
    await aHost(q, 'never seen', { status: 'active' }),
    await aHost(q, 'retired', { status: 'retired', lastseen: day(-30) }),
  ];
  await maintain();
  await Promise.all([maintain(), maintain()]);
  const warnings = await q.knex('offline_host_warning').whereIn('host_id', [gone, ignored, ...others]);
  t.deepEqual(warnings.map(({ host_id, status }) => [host_id, status]).sort(), [
    [gone, 'new'],
    [ignored, 'ignore'],
  ]);
  t.is((await q.knex('host').where({ id: gone }).first()).status, 'active');
});

test.serial('virtual hosts not seen lately are old, and later forgotten', async (t) => {
  const virtual = (n: number, lastseen: string, status = 'active') =>
    insert('virtual_hosts_scan', { ip: '10.1.1.1', mac: `02:00:00:00:01:0${n}`, lastseen, status });
  const ids = [
    await virtual(1, day(-1)),
    await virtual(2, day(-3)),
    await virtual(3, day(-90), 'old'),
    await virtual(4, day(-90), 'ignore'),
  ];
  await maintain();
  const left = await q.knex('virtual_hosts_scan').whereIn('id', ids).orderBy('id');
  t.deepEqual(
    left.map(({ id, status }) => [ids.indexOf(id), status]),
    [
      [0, 'active'],
      [1, 'old'],
      [3, 'ignore'],
    ],
  );
});

test.serial('scans of long ago are forgotten, but for those whose findings still stand', async (t) => {
  const sessions = await Promise.all([day(-90), day(-90), day(-90), day(-80)].map(scan));
  const finding = (scan_id: number | undefined, n: number, status: string) =>
    insert('unknown_scan_conflict', { scan_id, ip: '10.1.1.1', mac: `a0:00:00:00:02:0${n}`, status });
  await finding(sessions[0], 0, 'resolved');
  const kept = [await finding(sessions[1], 1, 'new'), await finding(sessions[2], 2, 'ignore')];
  await maintain();
  t.deepEqual(await there('scan_session', sessions), [1, 2, 3]);
  t.deepEqual(await there('unknown_scan_conflict', kept), [0, 1]);
});

test.serial('only notices that ended long ago are forgotten, and mails that were sent long ago', async (t) => {
  const notice = (expires: string | null) => insert('notice', { title: 'x', message: 'x', expires });
  const notices = [await notice(null), await notice(day(10)), await notice(day(-10)), await notice(day(-90))];
  const { id: user_id } = await q.person({ username: 'reader' });
  const mail = (sent_at: string | null) =>
    insert('outbox', {
      kind: 'created',
      user_id,
      recipient: 'x@example.org',
      facts: '{}',
      sent_at,
      written_at: day(-100),
    });
  const mails = [await mail(null), await mail(day(-1)), await mail(day(-90))];
  await maintain();
  t.deepEqual(await there('notice', notices), [0, 1, 2]);
  t.deepEqual(await there('outbox', mails), [0, 1]);
});

test.serial('API tokens that ended long ago are forgotten, however they ended', async (t) => {
  const { id: user_id } = await q.person({ username: 'holder' });
  let made = 0;
  const token = (values: object) =>
    insert('api_tokens', {
      user_id,
      spelling: 'atrocore',
      secret_hash: Buffer.from(`secret ${made++}`),
      redacted: 'x',
      created_at: day(-200),
      ...values,
    });
  const tokens = [
    await token({}),
    await token({ revoked_at: day(-1), idle_hours: 0 }),
    await token({ idle_hours: 24, last_used_at: day(0) }),
    await token({ revoked_at: day(-150) }),
    await token({ expires_at: day(-150) }),
    await token({ idle_hours: 24 }),
  ];
  await maintain();
  t.deepEqual(await there('api_tokens', tokens), [0, 1, 2]);
});

test.serial('bookings of long ago stay in the records, and so does what was cancelled', async (t) => {
  const host = await bookableHost(q);
  const { id: owner_id } = await q.person({ username: 'owner' });
  const occupy = (values: object) =>
    insert('occupancy', { kind: 'booking', bookable_id: host.id, owner_id, comment: 'x', ...values });
  const ids = [
    await occupy({ start: day(-400), end: day(-399) }),
    await occupy({ start: day(-300), end: day(-299), cancelled_at: day(-301) }),
  ];
  await maintain();
  t.deepEqual(await there('occupancy', ids), [0, 1]);
  const list = await q.json<{ id: number }[]>('/api/booking/booking/', {
    as: await q.tokenFor(await q.person({ username: 'root', superuser: true })),
  });
  t.deepEqual(
    list.body.map(({ id }) => id),
    ids.slice(0, 1),
  );
});

test.serial('each step that did something is in the audit trail, and doing it again does nothing', async (t) => {
  t.is(await maintain(), 'Maintenance: nothing to do.');
  const entries = await q.knex('audit_entries').where({ action: 'maintenance' });
  t.true(entries.length > 5);
  t.true(entries.every(({ actor }) => actor === 'night'));
});
