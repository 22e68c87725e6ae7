import test from 'ava';
import { type Running, start } from '../harness/index.ts';

let q: Running;
let as: string;
test.before(async () => {
  q = await start();
  as = await q.tokenFor(await q.person({ username: 'root', superuser: true }));
});
test.after.always(() => q?.close());

type Row = Record<string, unknown>;

/** Makes one of each, in the hyperlinked spelling, so that the next ones have something to point to. */
const make = async (path: string, json: Row): Promise<string> => {
  const made = await q.json<Row>(`/api/inventory/${path}/`, { as, json });
  if (made.status !== 201) throw new Error(`${path}: ${made.status} ${JSON.stringify(made.body)}`);
  return made.body.url as string;
};

test('every resource has the keys that clients know, as links and by id', async (t) => {
  const building = await make('building', { code: 'B1' });
  const lab = await make('lab', { name: 'L', building, network: '192.168.0.0/24' });
  const rack = await make('rack', { number: 0, lab });
  const host_type = await make('hosttype', { name: 'server' });
  const hardware = await make('hosthardware', { name: 'R640', host_type });
  const diskvendor = await make('hdvendor', { vendor: 'Seagate' });
  const vm_host = await make('host', { hostname: 'parent', hardware, hypervisor: true });
  const host = await make('host', { hostname: 'h1', hardware, rack, ip: '10.0.0.1', diskvendor, vm_host });
  const cardtype = await make('cardtype', { name: 'RAID' });
  const card = await make('card', { cardtype, host });
  const nic = await make('nic', { mac: 'a0:36:9f:af:12:34', primary: false, host });

  const expected: Record<string, [url: string, row: Row]> = {
    building: [building, { code: 'B1', comment: null }],
    lab: [lab, { name: 'L', comment: null, network: '192.168.0.0/24', building }],
    rack: [rack, { number: 0, comment: null, lab }],
    hosttype: [host_type, { name: 'server', details: '' }],
    hosthardware: [hardware, { name: 'R640', details: '', host_type }],
    hdvendor: [diskvendor, { vendor: 'Seagate' }],
    cardtype: [cardtype, { name: 'RAID', comments: '' }],
    card: [card, { details: '', asset_no: '', cardtype, host }],
    nic: [
      nic,
      {
        model: '',
        mac: 'a0:36:9f:af:12:34',
        integrated: false,
        management: false,
        ip: null,
        primary: false,
        lastseen: null,
        host,
      },
    ],
    host: [
      host,
      {
        hostname: 'h1',
        ip: '10.0.0.1/32',
        serial_no: null,
        asset_no: null,
        hypervisor: false,
        details: '',
        lastseen: null,
        status: 'new',
        diskvendor,
        hardware,
        rack,
        vm_host,
        group: null,
      },
    ],
  };
  const idOf = (url: unknown) => Number(/\/(\d+)\/$/.exec(String(url))?.[1]);
  for (const [name, [url, row]] of Object.entries(expected)) {
    const linked = await (await q.fetch(url, { as })).text();
    t.is(linked, JSON.stringify({ url, ...row }), name);
    const flat = Object.fromEntries(
      Object.entries(row).map(([key, value]) => [key, String(value).startsWith('http') ? idOf(value) : value]),
    );
    const byId = await (await q.fetch(`/api/inventory/${name}byid/${idOf(url)}/`, { as })).text();
    const first = { id: idOf(url), ...(name === 'host' && { bookable: null }) };
    t.is(byId, JSON.stringify({ ...first, ...flat }), `${name}byid`);
  }
});

test('a link may be given as a path, and a made row says where it is', async (t) => {
  await make('building', { code: 'P' });
  const made = await q.fetch('/api/inventory/lab/', {
    as,
    json: { name: 'by path', building: '/api/inventory/building/1/' },
  });
  t.is(made.status, 201);
  const { url } = (await made.json()) as Row;
  t.is(made.headers.get('location'), url as string);
});

test('what is missing or wrong is named', async (t) => {
  const building = await make('building', { code: 'W' });
  const hardware = await make('hosthardware', { name: 'W' });
  const wrong = async (path: string, json: Row) => {
    const { status, body } = await q.json<Row>(`/api/inventory/${path}/`, { as, json });
    return [status, ...Object.keys(body)];
  };
  t.deepEqual(await wrong('building', {}), [400, 'code']);
  t.deepEqual(await wrong('building', { code: 'far too long' }), [400, 'code']);
  t.deepEqual(await wrong('building', { code: 'x', comment: 'x'.repeat(31) }), [400, 'comment']);
  t.deepEqual(await wrong('lab', {}), [400, 'name', 'building']);
  t.deepEqual(await wrong('lab', { name: 'x', building, network: '192.168.0.7/24' }), [400, 'network']);
  t.deepEqual(await wrong('lab', { name: 'x', building: 1 }), [400, 'building']);
  t.deepEqual(await wrong('labbyid', { name: 'x', building: 'one' }), [400, 'building']);
  t.deepEqual(await wrong('labbyid', { name: 'x', building: 999_999 }), [400, 'building']);
  t.deepEqual(await wrong('rackbyid', { number: -1, lab: 1 }), [400, 'number']);
  t.deepEqual(await wrong('hosthardware', {}), [400, 'name']);
  t.deepEqual(await wrong('hdvendor', { vendor: '' }), [400, 'vendor']);
  t.deepEqual(await wrong('card', {}), [400, 'cardtype']);
  t.deepEqual(await wrong('nic', {}), [400, 'mac', 'primary']);
  t.deepEqual(await wrong('nic', { mac: 'zz:36:9f:af:12:34', primary: true }), [400, 'mac']);
  t.deepEqual(await wrong('nic', { mac: '52:54:00:00:00:01', primary: true, ip: '10.0.0.256' }), [400, 'ip']);
  t.deepEqual(await wrong('host', {}), [400, 'hostname', 'hardware']);
  t.deepEqual(await wrong('host', { hostname: 'x', hardware, ip: 'localhost' }), [400, 'ip']);
  t.deepEqual(await wrong('host', { hostname: 'x', hardware, ip: '10.0.0.1/33' }), [400, 'ip']);
  t.deepEqual(await wrong('host', { hostname: 'x', hardware, status: 'online' }), [400, 'status']);
  t.deepEqual(await wrong('host', { hostname: 'x', hardware, lastseen: 'yesterday' }), [400, 'lastseen']);
  for (const query of ['mac=junk', 'lab=abc', 'rack=abc', 'network=10.0.0.1/8', 'seen_after=noon']) {
    const { status, body } = await q.json<Row>(`/api/inventory/hostbyid/?${query}`, { as });
    t.deepEqual([status, ...Object.keys(body)], [400, query.split('=')[0]]);
  }
});

test('a MAC address is read in any notation and told in one', async (t) => {
  const notations = [
    'A0-36-9F-AF-00-01',
    'a0:36:9f:af:00:02',
    'A0369FAF0003',
    'a036.9faf.0004',
    'a0369f-af0005',
    0xa0369faf0006,
  ];
  for (const [n, mac] of notations.entries()) {
    const made = await q.json<Row>('/api/inventory/nicbyid/', { as, json: { mac, primary: false } });
    t.is(made.status, 201, String(mac));
    t.is(made.body.mac, `a0:36:9f:af:00:0${n + 1}`);
  }
  const again = await q.json('/api/inventory/nicbyid/', { as, json: { mac: 'A0:36:9F:AF:00:01', primary: false } });
  t.deepEqual([again.status, again.body], [400, { mac: ['Another NIC has this MAC address already.'] }]);
});

test('an address keeps its prefix on a host and loses it on a NIC', async (t) => {
  const hardware = await make('hosthardware', { name: 'addresses' });
  const told = async (path: string, json: Row) => (await q.json<Row>(`/api/inventory/${path}/`, { as, json })).body.ip;
  t.is(await told('host', { hostname: 'ip-1', hardware, ip: '10.0.0.9/24' }), '10.0.0.9/24');
  t.is(await told('host', { hostname: 'ip-2', hardware, ip: '10.0.0.9' }), '10.0.0.9/32');
  t.is(await told('host', { hostname: 'ip-3', hardware, ip: 'FE80::1' }), 'fe80::1/128');
  t.is(await told('nic', { mac: '52:54:00:00:01:01', primary: false, ip: '10.0.0.9/24' }), '10.0.0.9');
  t.is(await told('nic', { mac: '52:54:00:00:01:02', primary: false, ip: '2001:db8::1/64' }), '2001:db8::1');
});

test('an owner is never told nor taken, and the bookable of a host is only told', async (t) => {
  const hardware = await make('hosthardware', { name: 'owned' });
  const person = await q.person({ username: 'otto' });
  const json = { hostname: 'owned', hardware: Number(/\/(\d+)\/$/.exec(hardware)?.[1]), owner: person.id, bookable: 7 };
  const made = await q.json<Row>('/api/inventory/hostbyid/', { as, json });
  t.is(made.status, 201);
  t.is(made.body.bookable, null);
  t.false('owner' in made.body);
  t.is((await q.knex('host').where({ id: made.body.id }).first('owner_id')).owner_id, null);
  const [bookable] = await q.knex('bookable').insert({ host_id: made.body.id }).returning('id');
  const read = await q.json<Row>(`/api/inventory/hostbyid/${made.body.id}/`, { as });
  t.is(read.body.bookable, bookable.id);
  const put = await q.json<Row>(`/api/inventory/hostbyid/${made.body.id}/`, { as, json: read.body, method: 'PUT' });
  t.deepEqual([put.status, put.body], [200, read.body]);
});

test('hosts are found by name, by any of their MAC addresses, by place and by kind', async (t) => {
  const building = await make('building', { code: 'F' });
  const lab = await make('lab', { name: 'Find', building });
  const rack = await make('rack', { number: 3, lab });
  const hardware = await make('hosthardware', { name: 'findable' });
  const host = await make('host', { hostname: 'Find-Me', hardware, rack, ip: '172.16.0.5' });
  await make('nic', { mac: '52:54:00:aa:00:01', primary: true, host });
  await make('nic', { mac: '52:54:00:aa:00:02', primary: false, host });
  await make('host', { hostname: 'find-not', hardware });
  const id = (url: string) => /\/(\d+)\/$/.exec(url)?.[1];
  const names = async (query: string) =>
    (await q.json<Row[]>(`/api/inventory/hostbyid/?${query}`, { as })).body.map(({ hostname }) => hostname);
  for (const query of [
    'hostname=find-me',
    'mac=525400AA0001',
    'mac=52-54-00-aa-00-02',
    'mac=525400aa0002&hostname=FIND-ME',
    `lab=${id(lab)}`,
    `building=${id(building)}`,
    `rack=${id(rack)}`,
    'network=172.16.0.0/12',
    `hardware=${id(hardware)}&ip=172.16.0.5`,
    `search=find 172.16`,
  ]) {
    t.deepEqual(await names(query), ['Find-Me'], query);
  }
  t.deepEqual(await names('mac=525400aa0001&hostname=find-not'), []);
  t.deepEqual(await names(`hardware=${id(hardware)}&rack=null`), ['find-not']);
});
