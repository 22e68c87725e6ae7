import { readFile } from 'node:fs/promises';
import test from 'ava';
import { type Running, start } from '../harness/index.ts';
import { type Ended, realFile, runImport, summaryOf, withReal } from './run-import.ts';

const name = 'device-types.json';
const real = withReal(name);

interface DeviceType {
  manufacturer: string;
  model: string;
  u_height: number;
  interfaces: object[];
  power_ports: object[];
  console_ports: number;
}
interface Body {
  id: number;
  manufacturer: string;
  model: string;
  hardware: number;
  rack_units: number;
  interfaces: object[];
  power_ports: object[];
  console_ports: number;
}

let q: Running;
let first: Ended;
let token: string;
let types: DeviceType[] = [];
test.before(async () => {
  q = await start();
  types = JSON.parse(await readFile(realFile(name), 'utf8').catch(() => '[]'));
  first = await runImport(q.services.config.databaseUrl, 'device-types', realFile(name));
  token = await q.tokenFor(await q.person({ username: 'root', superuser: true }));
});
test.after.always(() => q?.close());

const key = (type: { manufacturer: string; model: string }) => `${type.manufacturer} ${type.model}`;

real('Every model comes in with its rack units and ports, as the file has them', async (t) => {
  t.is(first.code, 0, first.err);
  const makers = new Set(types.map(({ manufacturer }) => manufacturer)).size;
  t.deepEqual(summaryOf(first), {
    manufacturer: [makers, makers, 0, 0],
    'device type': [types.length, types.length, 0, 0],
  });
  const { body } = await q.json<Body[]>('/api/inventory/devicetypebyid/', { as: token });
  const found = Object.fromEntries(
    body.map((type) => [key(type), [type.rack_units, type.interfaces, type.power_ports, type.console_ports]]),
  );
  const wanted = Object.fromEntries(
    types.map((type) => [key(type), [type.u_height, type.interfaces, type.power_ports, type.console_ports]]),
  );
  t.deepEqual(found, wanted);
});

real('Each model is hardware that hosts can be of, and names its manufacturer', async (t) => {
  const { body } = await q.json<Body[]>('/api/inventory/devicetypebyid/?model=X10', { as: token });
  const hardware = await q.json<{ name: string; host_type: number }>(
    `/api/inventory/hosthardwarebyid/${body[0]?.hardware}/`,
    { as: token },
  );
  t.like(hardware.body, { name: 'X10' });
  const host = await q.json('/api/inventory/hostbyid/', {
    as: token,
    json: { hostname: 'x', hardware: body[0]?.hardware },
  });
  t.is(host.status, 201);
});

real('Device types are found by the interfaces that they have', async (t) => {
  const wanted = types.filter(({ interfaces }) => JSON.stringify(interfaces).includes('"100gbase-x-qsfp28"'));
  const path = '/api/inventory/devicetypebyid/?interface_type=100gbase-x-qsfp28';
  const { body } = await q.json<Body[]>(path, { as: token });
  t.deepEqual(body.map(key).sort(), wanted.map(key).sort());
});

real('The same device types again change nothing', async (t) => {
  const second = await runImport(q.services.config.databaseUrl, 'device-types', realFile(name));
  t.is(second.code, 0, second.err);
  t.deepEqual(
    Object.values(summaryOf(second)).map(([, written]) => written),
    [0, 0],
  );
  t.is((await q.knex('host_hardware').select('id')).length, types.length);
});
