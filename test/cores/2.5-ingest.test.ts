import test from 'ava';
import { type Running, start } from '../harness/index.ts';
import { aHost, aLab, aNic, type Entry, type Ingested, type SomeLab } from './network.ts';

let q: Running;
let as: string;
let north: SomeLab;
let south: SomeLab;
let bare: SomeLab;
test.before(async () => {
  q = await start({ api: 1, config: { timeZone: 'Europe/London' } });
  as = await q.tokenFor(await q.person({ username: 'agent', staff: true, rights: { host: ['view'] } }));
  north = await aLab(q, 'North', '10.1.0.0/16');
  south = await aLab(q, 'South', '10.2.0.0/16');
  bare = await aLab(q, 'Bare', '10.3.0.0/16', { rack0: false });
  await aLab(q, 'Offline', null);
});
test.after.always(() => q?.close());

let scans = 0;
/** A report of another agent each time, so that no two are the same. */
const report = async (results: unknown[], more: object = {}): Promise<Ingested> => {
  scans += 1;
  const { status, body } = await q.json<Ingested>('/api/live/ingest', {
    as,
    json: { agentident: `agent-${scans}`, results, ...more },
  });
  if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);
  return body;
};
const one = async (result: unknown, more: object = {}): Promise<Entry> => {
  const { success, result: entries } = await report([result], more);
  if (!success || entries?.length !== 1) throw new Error(JSON.stringify(entries));
  return entries[0] as Entry;
};
const row = (table: string, where: object) => q.knex(table).where(where).orderBy('id', 'desc').first();
const open = (table: string, where: object) => q.knex(table).where(where).whereIn('status', ['new', 'ignore']);

test('the example of the documentation is taken in as it stands', async (t) => {
  const host = await aHost(q, 'example', { rack_id: north.rack1, status: 'active' });
  const nic = await aNic(q, 'a0:36:9f:af:01:01', { host_id: host, ip: '10.1.1.1' });
  const body = `{"agentident":"lab-livesync","timestamp":"2019-07-20 10:00:00.123456",
 "results":[{"nic":${nic},"ip":"10.1.1.7"},{"mac":"a0:36:9f:af:12:34","ip":"192.168.0.4"},
            {"mac":"4e:4f:41:48:00:00","ip":"192.168.0.7"}]}`;
  const send = () =>
    q.json<Ingested>('/api/live/ingest', {
      as,
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
    });
  const first = await send();
  t.is(first.status, 200);
  t.true(first.body.success);
  t.deepEqual(
    first.body.result?.map(({ nic }) => nic),
    [nic, 'a0:36:9f:af:12:34', '4e:4f:41:48:00:00'],
  );
  t.regex(first.body.result?.[1]?.success ?? '', /Unknown conflict created/);
  t.regex(first.body.result?.[2]?.success ?? '', /Virtual host entry created/);
  const session = await row('scan_session', { agent_identifier: 'lab-livesync' });
  t.true(session.processed);
  t.is(session.timestamp.toISOString(), '2019-07-20T09:00:00.123Z');
  t.deepEqual(session.result, first.body.result);

  const again = await send();
  t.is(again.status, 200);
  t.deepEqual(Object.keys(again.body), ['error', 'detail']);
  t.is((await q.knex('scan_session').where({ agent_identifier: 'lab-livesync' })).length, 1);
});

test('a report without agent or results is answered by error and detail, one that can’t be read names what', async (t) => {
  const send = async (json: object) => q.json<Ingested>('/api/live/ingest', { as, json });
  for (const json of [{}, { agentident: 'x' }, { results: [] }, { agentident: '', results: [] }]) {
    const { status, body } = await send(json);
    t.deepEqual([status, ...Object.keys(body)], [200, 'error', 'detail']);
  }
  const whole = { agentident: 'x', results: [] };
  for (const [json, key] of [
    [{ ...whole, results: {} }, 'results'],
    [{ ...whole, timestamp: 'yesterday' }, 'timestamp'],
    [{ ...whole, agentident: 'x'.repeat(101) }, 'agentident'],
    [{ ...whole, agentident: { a: 1 } }, 'agentident'],
  ] as const) {
    const { status, body } = await send(json);
    t.deepEqual([status, ...Object.keys(body)], [400, key]);
  }
  t.is((await send({ ...whole, timestamp: '2026-01-31T09:00:00+02:00' })).status, 200);
  t.deepEqual((await send(whole)).body, { success: true, result: [] });
});

test('bad results are told one by one and spoil none of the others', async (t) => {
  const loose = await aNic(q, 'a0:36:9f:af:02:01');
  const { success, result } = await report([
    { mac: 'zz', ip: '10.1.0.1' },
    { nic: 999_999, ip: '10.1.0.1' },
    { nic: 99_999_999_999_999, ip: '10.1.0.1' },
    { nic: 'x', ip: '10.1.0.1' },
    { mac: 'a0:36:9f:af:02:09', ip: 'nowhere' },
    { mac: 'a0:36:9f:af:02:09' },
    { ip: '10.1.0.1' },
    'junk',
    null,
    { mac: 'a\u0000b', ip: '10.1.0.1' },
    { mac: '\ud800', ip: '10.1.0.1' },
    { mac: 7, ip: '10.1.0.1' },
    { nic: String(loose), ip: '10.1.2.1' },
    { mac: 'A0369FAF0201', ip: '10.1.2.1' },
    { mac: 'a0:36:9f:af:02:02', ip: '10.9.9.9' },
    { mac: 'A0-36-9F-AF-02-02', ip: '10.9.9.9' },
  ]);
  t.true(success);
  t.is(result?.length, 16);
  t.deepEqual(
    result?.map((entry) => ('success' in entry ? 'taken' : 'refused')),
    [...Array(12).fill('refused'), 'taken', 'refused', 'taken', 'refused'],
  );
  t.like(result?.[0], { nic: 'zz' });
  t.like(await row('nic', { id: loose }), { ip: '10.1.2.1', host_id: null });
});

test('a NIC without address takes the first one, and its new host becomes active and gets a place', async (t) => {
  const host = await aHost(q, 'fresh');
  const nic = await aNic(q, 'a0:36:9f:af:03:01', { host_id: host, primary: true });
  const entry = await one({ mac: 'a0:36:9f:af:03:01', ip: '10.1.3.1' });
  t.regex(entry.success ?? '', /Rack 0 accepted as first location/);
  t.like(await row('nic', { id: nic }), { ip: '10.1.3.1' });
  const now = await row('host', { id: host });
  t.like(now, { status: 'active', ip: '10.1.3.1', rack_id: north.rack0 });
  t.true(Math.abs(now.lastseen - Date.now()) < 30_000);
  const audited = await q.knex('audit_entries').where({ resource: 'host', object_id: String(host) });
  t.true(audited.length > 0 && audited.every(({ actor }) => actor === 'agent'));
});

test('a host without place whose lab has no default rack is a location conflict', async (t) => {
  const host = await aHost(q, 'homeless', { status: 'active' });
  await aNic(q, 'a0:36:9f:af:04:01', { host_id: host });
  await one({ mac: 'a0:36:9f:af:04:01', ip: '10.3.0.1' });
  t.like(await row('location_scan_conflict', { host_id: host }), { status: 'new', newlab_id: bare.id, nsc_id: null });
  t.is((await row('host', { id: host })).rack_id, null);
});

test('another address is a conflict: one at a time, superseded by a newer, resolved by the old one', async (t) => {
  const host = await aHost(q, 'mover', { rack_id: north.rack1, status: 'active' });
  const nic = await aNic(q, 'a0:36:9f:af:05:01', { host_id: host, ip: '10.1.5.1' });
  const statuses = async (table: string, where: object) =>
    (await q.knex(table).where(where).orderBy('id')).map(({ status }) => status);
  const see = (ip: string) => one({ mac: 'a0:36:9f:af:05:01', ip });

  t.regex((await see('10.2.5.1')).success ?? '', /NIC conflict created.*Location conflict created/);
  t.regex((await see('10.2.5.1')).success ?? '', /NIC conflict stands/);
  t.deepEqual(await statuses('nic_scan_conflict', { nic_id: nic }), ['new']);
  const conflict = await row('nic_scan_conflict', { nic_id: nic });
  t.is(conflict.newip, '10.2.5.1');
  t.like(await row('location_scan_conflict', { host_id: host }), { newlab_id: south.id, nsc_id: conflict.id });
  t.is((await row('nic', { id: nic })).ip, '10.1.5.1');

  await see('10.3.5.1');
  t.deepEqual(await statuses('nic_scan_conflict', { nic_id: nic }), ['super', 'new']);
  t.deepEqual(await statuses('location_scan_conflict', { host_id: host }), ['super', 'new']);

  await see('10.1.5.1');
  t.deepEqual(await statuses('nic_scan_conflict', { nic_id: nic }), ['super', 'resolved']);
  t.deepEqual(await statuses('location_scan_conflict', { host_id: host }), ['super', 'resolved']);
});

test('what somebody ignored stays ignored until something else is seen', async (t) => {
  const host = await aHost(q, 'ignored', { rack_id: north.rack1, status: 'active' });
  const nic = await aNic(q, 'a0:36:9f:af:06:01', { host_id: host, ip: '10.1.6.1' });
  await one({ mac: 'a0:36:9f:af:06:01', ip: '10.2.6.1' });
  await q.knex('nic_scan_conflict').where({ nic_id: nic }).update({ status: 'ignore' });
  await q.knex('location_scan_conflict').where({ host_id: host }).update({ status: 'ignore' });
  await one({ mac: 'a0:36:9f:af:06:01', ip: '10.2.6.1' });
  t.deepEqual(
    (await open('nic_scan_conflict', { nic_id: nic })).map(({ status }) => status),
    ['ignore'],
  );
  t.deepEqual(
    (await open('location_scan_conflict', { host_id: host })).map(({ status }) => status),
    ['ignore'],
  );
  await one({ mac: '02:36:9f:af:06:02', ip: '10.2.6.2' });
  await q.knex('virtual_hosts_scan').where({ mac: '02:36:9f:af:06:02' }).update({ status: 'ignore' });
  await one({ mac: '02:36:9f:af:06:02', ip: '10.2.6.3' });
  const virtual = await q.knex('virtual_hosts_scan').where({ mac: '02:36:9f:af:06:02' });
  t.is(virtual.length, 1);
  t.like(virtual[0], { status: 'ignore', ip: '10.2.6.3' });
});

test('a host that comes back under its old address loses its offline warning', async (t) => {
  const host = await aHost(q, 'sleeper', { rack_id: north.rack1, status: 'active' });
  await aNic(q, 'a0:36:9f:af:07:01', { host_id: host, ip: '10.1.7.1' });
  await q.knex('offline_host_warning').insert({ host_id: host });
  await one({ mac: 'a0:36:9f:af:07:01', ip: '10.1.7.1' });
  t.is((await row('offline_host_warning', { host_id: host })).status, 'super');
});

test('an unknown MAC address is noted once, moves with its address, and is settled when its NIC is on record', async (t) => {
  const mac = 'a0:36:9f:af:08:01';
  await one({ mac, ip: '10.1.8.1' });
  const first = await row('unknown_scan_conflict', { mac });
  t.like(first, { status: 'new', ip: '10.1.8.1', lab_id: north.id });
  t.regex((await one({ mac, ip: '10.1.8.1' })).success ?? '', /refreshed/);
  t.is((await row('unknown_scan_conflict', { mac })).id, first.id);
  await one({ mac, ip: '10.2.8.1' });
  t.is((await row('unknown_scan_conflict', { id: first.id })).status, 'super');
  const second = await row('unknown_scan_conflict', { mac });
  t.like(second, { status: 'new', lab_id: south.id });
  await aNic(q, mac, { ip: '10.2.8.1' });
  await one({ mac, ip: '10.2.8.1' });
  t.is((await row('unknown_scan_conflict', { id: second.id })).status, 'resolved');
});

test('an ignored MAC address is passed over', async (t) => {
  await q.knex('ignored_mac').insert({ mac: 'a0:36:9f:af:09:01', reason: 'a printer' });
  const entry = await one({ mac: 'a0:36:9f:af:09:01', ip: '10.1.9.1' });
  t.truthy(entry.error);
  t.is(await row('unknown_scan_conflict', { mac: 'a0:36:9f:af:09:01' }), undefined);
});

test('a scan of long ago, or of tomorrow, does not turn back or put forward when something was seen', async (t) => {
  const host = await aHost(q, 'clock', { rack_id: north.rack1, status: 'active' });
  const nic = await aNic(q, 'a0:36:9f:af:0a:01', { host_id: host, ip: '10.1.10.1', lastseen: '2026-01-02T00:00:00Z' });
  const seen = async () => (await row('nic', { id: nic })).lastseen;
  await one({ nic, ip: '10.1.10.1' }, { timestamp: '2026-01-01T00:00:00Z' });
  t.is((await seen()).toISOString(), '2026-01-02T00:00:00.000Z');
  await one({ nic, ip: '10.1.10.1' }, { timestamp: '2099-01-01T00:00:00Z' });
  t.true((await seen()).getTime() <= Date.now() + 1000);
});

test('seeing a NIC again leaves no entries in the audit trail but that of the scan', async (t) => {
  const host = await aHost(q, 'quiet', { rack_id: north.rack1, status: 'active' });
  const nic = await aNic(q, 'a0:36:9f:af:0b:01', { host_id: host, ip: '10.1.11.1' });
  await one({ nic, ip: '10.1.11.1' }, { agentident: 'quiet' });
  t.deepEqual(await q.knex('audit_entries').where({ resource: 'nic', object_id: String(nic) }), []);
  const { id } = await row('scan_session', { agent_identifier: 'quiet' });
  const entry = await q
    .knex('audit_entries')
    .where({ resource: 'scan_session', object_id: String(id) })
    .first();
  t.like(entry, { action: 'ingest', actor: 'agent' });
});

test('many agents that see the same things at once note each thing once, and lose nothing', async (t) => {
  const macs = Array.from({ length: 20 }, (_, n) => `a0:36:9f:b0:00:${String(n).padStart(2, '0')}`);
  const virtual = Array.from({ length: 20 }, (_, n) => `02:36:9f:b0:00:${String(n).padStart(2, '0')}`);
  const host = await aHost(q, 'busy', { rack_id: north.rack1, status: 'active' });
  const nics = await Promise.all(
    Array.from({ length: 10 }, (_, n) => aNic(q, `a0:36:9f:b1:00:0${n}`, { host_id: host, ip: `10.1.20.${n + 1}` })),
  );
  const results = [
    ...[...macs, ...virtual].map((mac, n) => ({ mac, ip: `10.1.21.${n + 1}` })),
    ...nics.map((nic, n) => ({ nic, ip: `10.2.20.${n + 1}` })),
  ];
  const answers = await Promise.all(
    Array.from({ length: 6 }, (_, n) =>
      q.json<Ingested>(new URL('/api/live/ingest', q.apis[n % 2]).href, {
        as,
        json: { agentident: `crowd-${n}`, results: n % 2 ? results : [...results].reverse() },
      }),
    ),
  );
  for (const { status, body } of answers) {
    t.is(status, 200);
    t.deepEqual(
      body.result?.filter((entry) => 'error' in entry),
      [],
    );
  }
  t.is((await q.knex('unknown_scan_conflict').whereIn('mac', macs)).length, 20);
  t.is((await q.knex('virtual_hosts_scan').whereIn('mac', virtual)).length, 20);
  t.is((await q.knex('nic_scan_conflict').whereIn('nic_id', nics)).length, 10);
  t.is((await open('location_scan_conflict', { host_id: host })).length, 1);
});

test('of the same report sent by several at once, one is taken in', async (t) => {
  const json = { agentident: 'twins', timestamp: '2026-02-03 04:05:06', results: [] };
  const answers = await Promise.all(
    Array.from({ length: 6 }, (_, n) =>
      q.json<Ingested>(new URL('/api/live/ingest', q.apis[n % 2]).href, { as, json }),
    ),
  );
  t.is(answers.filter(({ body }) => body.success).length, 1);
  t.is(answers.filter(({ body }) => body.error).length, 5);
});
