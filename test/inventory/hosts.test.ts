import test from 'ava';
import { type Running, start } from '../harness/index.ts';

let q: Running;
let as: string;
let hardware: number;
test.before(async () => {
  q = await start();
  as = await q.tokenFor(await q.person({ username: 'root', superuser: true }));
  [{ id: hardware }] = await q.knex('host_hardware').insert({ name: 'H' }).returning('id');
});
test.after.always(() => q?.close());

type Row = Record<string, unknown>;
type Answer = { status: number; body: Row };

const post = (path: string, json: Row): Promise<Answer> => q.json<Row>(`/api/inventory/${path}byid/`, { as, json });
const patch = (path: string, id: unknown, json: Row): Promise<Answer> =>
  q.json<Row>(`/api/inventory/${path}byid/${id}/`, { as, json, method: 'PATCH' });
const remove = async (path: string, id: unknown) =>
  (await q.fetch(`/api/inventory/${path}byid/${id}/`, { as, method: 'DELETE' })).status;
const read = async (path: string, id: unknown) => (await q.json<Row>(`/api/inventory/${path}byid/${id}/`, { as })).body;

let made = 0;
async function aHost(values: Row = {}): Promise<number> {
  made += 1;
  const { status, body } = await post('host', { hostname: `host-${made}`, hardware, ...values });
  if (status !== 201) throw new Error(JSON.stringify(body));
  return body.id as number;
}
async function aNic(host: number | null, values: Row): Promise<number> {
  made += 1;
  const mac = `02:00:00:00:00:${made.toString(16).padStart(2, '0')}`;
  const { status, body } = await post('nic', { mac, primary: false, host, ...values });
  if (status !== 201) throw new Error(JSON.stringify(body));
  return body.id as number;
}

test('a host takes the address of its primary NIC', async (t) => {
  const host = await aHost();
  const nic = await aNic(host, { primary: true, ip: '10.1.0.1' });
  t.is((await read('host', host)).ip, '10.1.0.1/32');
  await patch('nic', nic, { ip: '10.1.0.2' });
  t.is((await read('host', host)).ip, '10.1.0.2/32');
  await aNic(host, { ip: '10.1.0.3' });
  t.is((await read('host', host)).ip, '10.1.0.2/32');
  const entry = await q.knex('audit_entries').where({ resource: 'host', object_id: String(host), action: 'update' });
  t.is(entry.length, 2);
});

test('a host keeps the prefix that it was given with the same address', async (t) => {
  const host = await aHost({ ip: '10.2.0.1/24' });
  await aNic(host, { primary: true, ip: '10.2.0.1' });
  t.is((await read('host', host)).ip, '10.2.0.1/24');
});

test('while the primary NIC has no address, that of another one serves', async (t) => {
  const host = await aHost();
  await aNic(host, { ip: '10.3.0.9' });
  t.is((await read('host', host)).ip, null);
  const primary = await aNic(host, { primary: true });
  const other = await aNic(host, { ip: '10.3.0.8' });
  t.is((await read('host', host)).ip, '10.3.0.8/32');
  await patch('nic', primary, { ip: '10.3.0.1' });
  t.is((await read('host', host)).ip, '10.3.0.1/32');
  t.is(await remove('nic', other), 204);
  t.is((await read('host', host)).ip, '10.3.0.1/32');
});

test('an address goes when its NIC loses it, moves or is deleted', async (t) => {
  const host = await aHost();
  const second = await aHost();
  const nic = await aNic(host, { primary: true, ip: '10.4.0.1' });
  await patch('nic', nic, { ip: null });
  t.is((await read('host', host)).ip, null);
  await patch('nic', nic, { ip: '10.4.0.2' });
  await patch('nic', nic, { host: second });
  t.is((await read('host', host)).ip, null);
  t.is((await read('host', second)).ip, '10.4.0.2/32');
  t.is(await remove('nic', nic), 204);
  t.is((await read('host', second)).ip, null);
});

test('an address that somebody gave the host itself stays', async (t) => {
  const host = await aHost({ ip: '10.5.0.77' });
  const nic = await aNic(host, { ip: '10.5.0.1' });
  t.is(await remove('nic', nic), 204);
  t.is((await read('host', host)).ip, '10.5.0.77/32');
});

test('a host was last seen when any of its NICs was', async (t) => {
  const host = await aHost();
  const seen = async () => (await read('host', host)).lastseen;
  const nic = await aNic(host, { primary: true, ip: '10.6.0.1', lastseen: '2026-01-02T00:00:00Z' });
  t.is(await seen(), '2026-01-02T00:00:00Z');
  await patch('nic', nic, { lastseen: '2026-01-01T00:00:00Z' });
  t.is(await seen(), '2026-01-02T00:00:00Z');
  t.is((await patch('nic', nic, { lastseen: null })).status, 200);
  t.is(await seen(), '2026-01-02T00:00:00Z');
  await aNic(host, { ip: '10.6.0.2', lastseen: '2026-01-03T00:00:00Z' });
  t.is(await seen(), '2026-01-03T00:00:00Z');
});

test('a host has one primary NIC, whoever is faster', async (t) => {
  const host = await aHost();
  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, n) => post('nic', { mac: `02:00:00:00:ff:0${n}`, primary: true, host })),
  );
  t.is(answers.filter(({ status }) => status === 201).length, 1);
  for (const { status, body } of answers.filter((answer) => answer.status !== 201)) {
    t.deepEqual([status, body], [400, { primary: ['This host has a primary NIC already.'] }]);
  }
  const other = await aNic(host, {});
  t.is((await patch('nic', other, { primary: true })).status, 400);
  await aNic(null, { primary: true });
  await aNic(null, { primary: true });
  t.pass();
});

test('a host that stops being active can no longer be booked, and coming back does not change that', async (t) => {
  const host = await aHost({ status: 'active' });
  const [bookable] = await q.knex('bookable').insert({ host_id: host, status: 'active' }).returning('id');
  const status = async () => (await q.knex('bookable').where({ id: bookable.id }).first('status')).status;
  await patch('host', host, { details: 'cleaned' });
  t.is(await status(), 'active');
  await patch('host', host, { status: 'missing' });
  t.is(await status(), 'suspended');
  await patch('host', host, { status: 'active' });
  t.is(await status(), 'suspended');
  const entry = await q
    .knex('audit_entries')
    .where({ resource: 'bookable', object_id: String(bookable.id) })
    .first();
  t.like(entry, { action: 'update', actor: 'root' });
});

test('a new host keeps its active bookable when its NIC changes', async (t) => {
  const host = await aHost();
  await q.knex('bookable').insert({ host_id: host, status: 'active' });
  await aNic(host, { primary: true, ip: '10.7.0.1' });
  t.is((await q.knex('bookable').where({ host_id: host }).first('status')).status, 'active');
});

test('host names are unique to the letter', async (t) => {
  await aHost({ hostname: 'Twin' });
  const again = await post('host', { hostname: 'Twin', hardware });
  t.deepEqual([again.status, again.body], [400, { hostname: ['Another host has this name already.'] }]);
  t.is((await post('host', { hostname: 'twin', hardware })).status, 201);
});

test('machines do not run on each other in a circle', async (t) => {
  const a = await aHost();
  const b = await aHost({ vm_host: a });
  const c = await aHost({ vm_host: b });
  for (const vm_host of [a, b, c]) {
    const { status, body } = await patch('host', a, { vm_host });
    t.deepEqual([status, ...Object.keys(body)], [400, 'vm_host']);
  }
  t.is((await patch('host', c, { vm_host: a })).status, 200);
});

test('deleting a host takes its cards, NICs, virtual machines and bookable along', async (t) => {
  const { knex } = q;
  const host = await aHost();
  const vm = await aHost({ vm_host: host });
  const nic = await aNic(vm, {});
  const [type] = await knex('card_type').insert({ name: 'GPU' }).returning('id');
  const card = (await post('card', { cardtype: type.id, host })).body.id as number;
  await knex('bookable').insert({ host_id: host });
  t.is(await remove('host', host), 204);
  for (const [table, id] of [
    ['host', vm],
    ['nic', nic],
    ['card', card],
  ] as const) {
    t.is(await knex(table).where({ id }).first('id'), undefined, table);
  }
  t.is(await knex('bookable').where({ host_id: host }).first('id'), undefined);
});

test('what is still used is not deleted', async (t) => {
  const { knex } = q;
  const [building] = await knex('building').insert({ code: 'U' }).returning('id');
  const [lab] = await knex('lab').insert({ name: 'L', building_id: building.id }).returning('id');
  const [rack] = await knex('rack').insert({ number: 1, lab_id: lab.id }).returning('id');
  const [type] = await knex('host_type').insert({ name: 'T' }).returning('id');
  const [model] = await knex('host_hardware').insert({ name: 'U', host_type_id: type.id }).returning('id');
  const [vendor] = await knex('hd_vendor').insert({ vendor: 'V' }).returning('id');
  const [kind] = await knex('card_type').insert({ name: 'C' }).returning('id');
  const host = await aHost({ hardware: model.id, rack: rack.id, diskvendor: vendor.id });
  const card = (await post('card', { cardtype: kind.id })).body.id;
  const used: [string, number][] = [
    ['building', building.id],
    ['lab', lab.id],
    ['rack', rack.id],
    ['hosttype', type.id],
    ['hosthardware', model.id],
    ['hdvendor', vendor.id],
    ['cardtype', kind.id],
  ];
  for (const [path, id] of used) t.is(await remove(path, id), 409, path);
  t.is(await remove('host', host), 204);
  t.is(await remove('card', card), 204);
  t.is(await remove('building', building.id), 204);
  t.is(await knex('rack').where({ id: rack.id }).first('id'), undefined);
  for (const [path, id] of used.slice(4)) t.is(await remove(path, id), 204, path);
  t.is(await remove('hosttype', type.id), 204);
});
