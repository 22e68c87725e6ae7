import test from 'ava';
import { bookableHost } from '../booking/lab.ts';
import { type Running, start, type TestPerson } from '../harness/index.ts';
import { aHost, aLab } from './network.ts';

let q: Running;
let as: string;
let ann: TestPerson;
let ben: TestPerson;
test.before(async () => {
  q = await start();
  as = await q.tokenFor(await q.person({ username: 'rep', rights: { booking: ['view'], host: ['view'] } }));
  ann = await q.person({ username: 'ann' });
  ben = await q.person({ username: 'ben' });
});
test.after.always(() => q?.close());

const hours = (n: number) => new Date(Date.now() + n * 3_600_000).toISOString();
const occupy = async (bookable: number, owner: TestPerson, from: number, to: number | null, more: object = {}) =>
  (
    await q
      .knex('occupancy')
      .insert({
        kind: 'booking',
        bookable_id: bookable,
        owner_id: owner.id,
        start: hours(from),
        end: to === null ? null : hours(to),
        comment: 'x',
        ...more,
      })
      .returning('id')
  )[0].id as number;

interface Part {
  id: number | null;
  name: string | null;
  hosts: number;
  hours: number;
  percent: number;
}
interface Utilization {
  days: number;
  host_types: Part[];
  labs: Part[];
  users: { username: string; hours: number; bookings: number }[];
  hosts: Record<string, unknown>[];
}

test.serial('utilization counts what was, within its days: not what comes, nor what was cancelled', async (t) => {
  const { knex } = q;
  const lab = await aLab(q, 'North', null);
  const [type] = await knex('host_type').insert({ name: 'server' }).returning('id');
  const [group] = await knex('groups').insert({ name: 'Radio' }).returning('id');
  const host = await bookableHost(q, { group: group.id });
  const idle = await bookableHost(q);
  await knex('host_hardware').where({ name: 'test bench' }).update({ host_type_id: type.id });
  await knex('host').where({ id: host.host }).update({ rack_id: lab.rack1, owner_id: ben.id });
  await occupy(host.id, ann, -300, -228);
  await occupy(host.id, ben, -24, 48);
  await occupy(host.id, ben, -200, -190, { cancelled_at: hours(-201) });
  await occupy(host.id, ann, 100, 200);
  const { status, body } = await q.json<Utilization>('/api/reports/utilization/?days=10', { as });
  t.is(status, 200);
  t.is(body.days, 10);
  // 12 of the first one's 72 hours lie within the last 10 days, and 24 of the second's.
  const close = (given: unknown, wanted: number) =>
    t.true(Math.abs(Number(given) - wanted) < 0.2, `${given} ${wanted}`);
  const shown = body.hosts.find(({ bookable }) => bookable === host.id) ?? {};
  t.like(shown, { hostname: host.hostname, group: 'Radio', owner: 'ben', biggest_user: 'ben', bookings: 2 });
  close(shown.hours, 36);
  close(shown.percent, 15);
  t.like(
    body.hosts.find(({ bookable }) => bookable === idle.id),
    { bookings: 0, hours: 0, percent: 0, biggest_user: null },
  );
  t.deepEqual(
    body.users.map(({ username, bookings }) => [username, bookings]),
    [
      ['ben', 1],
      ['ann', 1],
    ],
  );
  const server = body.host_types.find(({ name }) => name === 'server');
  t.is(server?.hosts, 2);
  close(server?.percent, 7.5);
  t.deepEqual(
    body.labs.map(({ name, hosts }) => [name, hosts]),
    [
      ['B1/North', 1],
      [null, 1],
    ],
  );
  t.is((await q.json<Utilization>('/api/reports/utilization/', { as })).body.days, 90);
  const wrong = await q.json<object>('/api/reports/utilization/?days=0', { as });
  t.deepEqual([wrong.status, ...Object.keys(wrong.body)], [400, 'days']);
});

test.serial('the asset summary has every host and card with its numbers, by place when asked', async (t) => {
  const { knex } = q;
  const lab = await aLab(q, 'Assets', null);
  const host = await aHost(q, 'asset-1', { rack_id: lab.rack1, serial_no: 'S1', asset_no: 'A1' });
  await knex('nic').insert({ mac: 'a0:36:9f:00:00:01', primary: true, host_id: host });
  const [type] = await knex('card_type').insert({ name: 'RAID' }).returning('id');
  await knex('card').insert([
    { cardtype_id: type.id, host_id: host, details: 'd', asset_no: 'C1' },
    { cardtype_id: type.id, details: 'spare', asset_no: 'C2' },
  ]);
  const read = async (query = '') =>
    (
      await q.json<{ hosts: Record<string, unknown>[]; spare_cards: object[] }>(`/api/reports/assetsummary/${query}`, {
        as,
      })
    ).body;
  const all = await read();
  t.like(
    all.hosts.find(({ id }) => id === host),
    {
      hostname: 'asset-1',
      hardware: 'H',
      rack: '1 in B1/Assets',
      serial_no: 'S1',
      asset_no: 'A1',
      mac: 'a0:36:9f:00:00:01',
    },
  );
  t.like(all.spare_cards, [{ cardtype: 'RAID', details: 'spare', asset_no: 'C2' }]);
  const here = await read(`?lab=${lab.id}`);
  t.deepEqual(
    here.hosts.map(({ id, cards }) => [id, (cards as { asset_no: string }[]).map(({ asset_no }) => asset_no)]),
    [[host, ['C1']]],
  );
});

test.serial('long reservations say who holds what for how long, and how much beside it', async (t) => {
  const [a, b, c] = await Promise.all([bookableHost(q), bookableHost(q), bookableHost(q)]);
  const kind = 'reservation';
  const long = await occupy(a?.id as number, ann, -200 * 24, null, { kind });
  await occupy(b?.id as number, ann, -10 * 24, 24, { kind });
  await occupy(c?.id as number, ben, -200 * 24, -24, { kind });
  const { body } = await q.json<Record<string, unknown>[]>('/api/reports/longreservations/', { as });
  t.is(body.length, 1);
  t.like(body[0], { id: long, hostname: a?.hostname, owner: 'ann', end: null, days: 200, others: 1 });
  t.is((await q.json<unknown[]>('/api/reports/longreservations/?days=9', { as })).body.length, 2);
});

test.serial('reports are for those who may view what is in them', async (t) => {
  const hosts = await q.tokenFor(await q.person({ username: 'hal', rights: { host: ['view'] } }));
  const status = async (name: string, token?: string) =>
    (await q.fetch(`/api/reports/${name}/`, token ? { as: token } : {})).status;
  for (const name of ['utilization', 'assetsummary', 'longreservations']) t.is(await status(name), 401);
  t.deepEqual(
    [await status('utilization', hosts), await status('assetsummary', hosts), await status('longreservations', hosts)],
    [403, 200, 403],
  );
});
