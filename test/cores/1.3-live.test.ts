import test from 'ava';
import { FormBrowser } from '../harness/form-browser.ts';
import { type Running, start } from '../harness/index.ts';
import { aHost, aLab, aNic, type SomeLab } from './network.ts';

let q: Running;
let keeper: string;
let viewer: string;
let north: SomeLab;
let south: SomeLab;
let scan: number;
test.before(async () => {
  q = await start();
  keeper = await q.tokenFor(
    await q.person({ username: 'kim', rights: { host: ['view', 'add', 'change', 'delete'], location: ['view'] } }),
  );
  viewer = await q.tokenFor(await q.person({ username: 'vic', rights: { host: ['view'] } }));
  north = await aLab(q, 'North', '10.1.0.0/16');
  south = await aLab(q, 'South', '10.2.0.0/16', { rack0: false });
  [{ id: scan }] = await q
    .knex('scan_session')
    .insert({ agent_identifier: 'eye', raw_data: '[{"mac":"x"}]', processed: true, result: '[]' })
    .returning('id');
});
test.after.always(() => q?.close());

type Row = Record<string, unknown>;
const make = async (table: string, values: Row): Promise<number> =>
  (await q.knex(table).insert(values).returning('id'))[0].id;
const act = async (path: string, action: string, json: Row = {}, as = keeper) => {
  const { status, body } = await q.json<Row>(`/api/live/${path}/${action}/`, { as, json });
  return { status, body };
};
const statusOf = async (path: string) => (await q.json<Row>(`/api/live/${path}/`, { as: keeper })).body.status;

test('the API root lists the live lists, and each answers those who may view hosts', async (t) => {
  const root = (await q.json<Row>('/api/')).body;
  const nobody = await q.tokenFor(await q.person({ username: 'nell', rights: { part: ['view'] } }));
  for (const name of [
    'scansession',
    'nicconflict',
    'locationconflict',
    'unknown',
    'virtualhost',
    'offline',
    'ignoredmac',
  ]) {
    const path = `/api/live/${name}/`;
    t.is(root[`live/${name}`], `${q.url}${path}`);
    t.is((await q.fetch(path, { as: viewer })).status, 200, name);
    t.is((await q.fetch(path, { as: nobody })).status, 403, name);
    t.is((await q.fetch(path)).status, 401, name);
  }
});

test('a scan says what came of it; what the agent sent is told when asked for, and nobody changes it', async (t) => {
  const path = `/api/live/scansession/${scan}/`;
  const plain = await q.json<Row>(path, { as: viewer });
  t.deepEqual(Object.keys(plain.body), ['id', 'timestamp', 'agent_identifier', 'processed', 'result']);
  t.is((await q.json<Row>(`${path}?raw_data=true`, { as: viewer })).body.raw_data, '[{"mac":"x"}]');
  t.is((await q.fetch(path, { as: keeper, method: 'PATCH', json: { processed: false } })).status, 405);
});

test('accepting a NIC conflict gives the NIC its new address, and the host with it', async (t) => {
  const host = await aHost(q, 'accepted');
  const nic = await aNic(q, 'a0:36:9f:00:01:01', { host_id: host, ip: '10.1.1.1', primary: true });
  const conflict = await make('nic_scan_conflict', { scan_id: scan, nic_id: nic, newip: '10.1.1.9' });
  const shown = (await q.json<Row>(`/api/live/nicconflict/${conflict}/`, { as: viewer })).body;
  t.like(shown, {
    status: 'new',
    nic,
    mac: 'a0:36:9f:00:01:01',
    ip: '10.1.1.1',
    newip: '10.1.1.9',
    hostname: 'accepted',
  });
  t.is((await act(`nicconflict/${conflict}`, 'accept', {}, viewer)).status, 403);
  const done = await act(`nicconflict/${conflict}`, 'accept');
  t.is(done.status, 200);
  t.like(done.body, { status: 'resolved', ip: '10.1.1.9' });
  t.is((await q.knex('nic').where({ id: nic }).first()).ip, '10.1.1.9');
  t.is((await q.knex('host').where({ id: host }).first()).ip, '10.1.1.9');
  t.is((await act(`nicconflict/${conflict}`, 'accept')).status, 409);
  const narrow = await q.tokenFor(await q.person({ username: 'root', superuser: true }), { scopes: ['g:read'] });
  t.is((await act(`nicconflict/${conflict}`, 'reopen', {}, narrow)).status, 403);
});

test('accepting a location conflict moves the host to rack 0 of the lab, or to the rack named', async (t) => {
  const host = await aHost(q, 'moved', { rack_id: north.rack1 });
  const conflict = await make('location_scan_conflict', { scan_id: scan, host_id: host, newlab_id: south.id });
  const path = `locationconflict/${conflict}`;
  const refused = await act(path, 'accept');
  t.deepEqual([refused.status, ...Object.keys(refused.body)], [400, 'rack']);
  t.is((await act(path, 'accept', { rack: 999_999 })).status, 400);
  t.is((await act(path, 'accept', { rack: south.rack1 })).status, 200);
  t.is((await q.knex('host').where({ id: host }).first()).rack_id, south.rack1);
  const back = await make('location_scan_conflict', { scan_id: scan, host_id: host, newlab_id: north.id });
  t.is((await act(`locationconflict/${back}`, 'accept')).status, 200);
  t.is((await q.knex('host').where({ id: host }).first()).rack_id, north.rack0);
});

test('accepting an unknown device adds it as a NIC, for those who may add hosts', async (t) => {
  const host = await aHost(q, 'adopted');
  await aNic(q, 'a0:36:9f:00:02:01', { host_id: host, primary: true });
  const mac = 'a0:36:9f:00:02:02';
  const unknown = await make('unknown_scan_conflict', { scan_id: scan, ip: '10.1.2.2', mac });
  const path = `unknown/${unknown}`;
  const changer = await q.tokenFor(await q.person({ username: 'chris', rights: { host: ['view', 'change'] } }));
  t.is((await act(path, 'accept', { host }, changer)).status, 403);
  const problems = async (json: Row) => {
    const { status, body } = await act(path, 'accept', json);
    return [status, ...Object.keys(body)];
  };
  t.deepEqual(await problems({}), [400, 'host']);
  t.deepEqual(await problems({ host: 999_999 }), [400, 'host']);
  t.deepEqual(await problems({ host, primary: true }), [400, 'primary']);
  t.is((await act(path, 'accept', { host, model: 'X710' })).status, 200);
  t.like(await q.knex('nic').where({ mac }).first(), { host_id: host, model: 'X710', ip: '10.1.2.2', primary: false });
  t.is(await statusOf(path), 'resolved');
});

test('accepting an offline warning takes the host, and its bookable, out of service', async (t) => {
  const host = await aHost(q, 'asleep', { status: 'active' });
  await q.knex('bookable').insert({ host_id: host, status: 'active' });
  const warning = await make('offline_host_warning', { host_id: host });
  t.is((await act(`offline/${warning}`, 'accept')).status, 200);
  t.is((await q.knex('host').where({ id: host }).first()).status, 'offline');
  t.is((await q.knex('bookable').where({ host_id: host }).first()).status, 'suspended');
});

test('a finding is resolved, ignored and taken up again; of a thing one is open', async (t) => {
  const host = await aHost(q, 'finding');
  const first = await make('offline_host_warning', { host_id: host });
  const path = `offline/${first}`;
  t.is((await act(path, 'ignore')).body.status, 'ignore');
  t.is((await act(path, 'ignore')).status, 409);
  t.is((await act(path, 'resolve')).body.status, 'resolved');
  await make('offline_host_warning', { host_id: host });
  const refused = await act(path, 'reopen');
  t.deepEqual([refused.status, refused.body], [400, { status: ['This host has a newer open warning.'] }]);
  const virtual = await make('virtual_hosts_scan', { ip: '10.1.3.3', mac: '02:00:00:00:03:03', scan_id: scan });
  t.is((await act(`virtualhost/${virtual}`, 'ignore')).body.status, 'ignore');
  t.is((await act(`virtualhost/${virtual}`, 'reopen')).body.status, 'active');
  const entries = await q
    .knex('audit_entries')
    .where({ resource: 'offline_host_warning', object_id: String(first) })
    .orderBy('id');
  t.deepEqual(
    entries.map(({ actor, changes }) => [actor, changes.status.new]),
    [
      ['kim', 'ignore'],
      ['kim', 'resolved'],
    ],
  );
});

test('ignored MAC addresses are kept by those who may, each once', async (t) => {
  const path = '/api/live/ignoredmac/';
  const json = { mac: 'A0-36-9F-00-04-04', reason: 'printer' };
  t.is((await q.fetch(path, { as: viewer, json })).status, 403);
  const made = await q.json<Row>(path, { as: keeper, json });
  t.is(made.status, 201);
  t.like(made.body, { mac: 'a0:36:9f:00:04:04', reason: 'printer' });
  const again = await q.json(path, { as: keeper, json });
  t.deepEqual([again.status, again.body], [400, { mac: ['This MAC address is ignored already.'] }]);
  t.is((await q.fetch(`${path}${made.body.id}/`, { as: keeper, method: 'DELETE' })).status, 204);
});

test('in a browser a finding is settled with a form', async (t) => {
  const person = await q.person({
    username: 'pat',
    password: 'correct horse battery',
    rights: { host: ['view', 'change'] },
  });
  const host = await aHost(q, 'in a browser', { rack_id: north.rack1 });
  const conflict = await make('location_scan_conflict', { scan_id: scan, host_id: host, newlab_id: south.id });
  const path = `/api/live/locationconflict/${conflict}/`;
  const browser = new FormBrowser(q.url);
  await browser.signIn(await browser.open(`/accounts/login/?next=${path}`), person);
  const page = await browser.open(path);
  t.true(page.html.includes('Move the host'));
  const done = await browser.submit(page, { rack: String(south.rack1) });
  t.is(done.status, 200, done.html.slice(0, 500));
  t.is((await q.knex('host').where({ id: host }).first()).rack_id, south.rack1);
  t.is(await statusOf(`locationconflict/${conflict}`), 'resolved');
});
