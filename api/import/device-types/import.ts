import type { Knex } from 'knex';
import { atConsole, audit } from '../../../shared/audit.ts';
import type { Progress } from '../progress.ts';
import { Tallies } from '../tally.ts';
import { writeRows } from '../write-rows.ts';
import { type DeviceType, readDeviceTypes } from './read.ts';

const model = 'device type';
const maker = 'manufacturer';

/**
 * Imports hardware models: each becomes host hardware, with its manufacturer as the host type, and keeps its data sheet
 * (rack units, ports) beside it. All of the file or, when anything is wrong, nothing.
 * @param json a list of device types, parsed
 * @throws ImportProblem saying where and why
 */
export async function importDeviceTypes(knex: Knex, json: unknown, progress: Progress): Promise<Tallies> {
  const types = readDeviceTypes(json);
  const tallies = new Tallies();
  progress.start(types.length);
  await knex.transaction(async (trx) => {
    await trx.raw('LOCK TABLE host_type, host_hardware, device_type IN SHARE ROW EXCLUSIVE MODE');
    const makers = await readMakers(trx, types, tallies);
    const hardware = await readHardware(trx, types, makers);
    const known: { id: number; manufacturer: string; model: string }[] = await trx('device_type').select(
      'id',
      'manufacturer',
      'model',
    );
    const ids = new Map(known.map((row) => [identity(row), row.id]));
    let last = Math.max(0, ...ids.values());
    const rows = types.map((type) => ({
      id: ids.get(identity(type)) ?? ++last,
      ...factsOf(type),
      hardware_id: hardware.get(identity(type)),
    }));
    const nameOf = (row: object) => `Device type ${(row as DeviceType).manufacturer} ${(row as DeviceType).model}`;
    const onStep = (count: number) => progress.step(count, model);
    const written = await writeRows({ trx, table: 'device_type', nameOf, onStep }, rows);
    await trx.raw(
      `SELECT setval(pg_get_serial_sequence('device_type', 'id'), max(id)) FROM device_type HAVING max(id) > 0`,
    );
    Object.assign(tallies.of(model), { read: rows.length, written, unchanged: rows.length - written });
    if (tallies.written === 0) return;
    const changes = Object.fromEntries([...tallies.models].map(([name, tally]) => [name, { new: tally.written }]));
    await audit(trx, atConsole, { action: 'import', resource: 'device_type', objectId: null, changes });
  });
  return tallies;
}

const identity = (type: { manufacturer: string; model: string }): string =>
  JSON.stringify([type.manufacturer, type.model]);

/** Manufacturers as host types, by name. */
async function readMakers(
  trx: Knex.Transaction,
  types: readonly DeviceType[],
  tallies: Tallies,
): Promise<Map<string, number>> {
  const names = [...new Set(types.map(({ manufacturer }) => manufacturer))];
  const here: { id: number; name: string }[] = await trx('host_type')
    .whereIn('name', names)
    .orderBy('id', 'desc')
    .select('id', 'name');
  const ids = new Map(here.map(({ id, name }) => [name, id]));
  const fresh = names.filter((name) => !ids.has(name));
  if (fresh.length > 0) {
    const made: { id: number; name: string }[] = await trx('host_type')
      .insert(fresh.map((name) => ({ name })))
      .returning(['id', 'name']);
    for (const { id, name } of made) ids.set(name, id);
  }
  Object.assign(tallies.of(maker), {
    read: names.length,
    written: fresh.length,
    unchanged: names.length - fresh.length,
  });
  return ids;
}

/** The host hardware of each model: that of an earlier import, one of the same name and manufacturer, or a new one. */
async function readHardware(
  trx: Knex.Transaction,
  types: readonly DeviceType[],
  makers: ReadonlyMap<string, number>,
): Promise<Map<string, number>> {
  const linked: { manufacturer: string; model: string; hardware_id: number }[] = await trx('device_type').select();
  const ids = new Map(linked.map((row) => [identity(row), row.hardware_id]));
  const free: { id: number; name: string; host_type_id: number }[] = await trx('host_hardware')
    .whereNotExists(trx('device_type').whereRaw('device_type.hardware_id = host_hardware.id'))
    .orderBy('id', 'desc')
    .select('id', 'name', 'host_type_id');
  const alike = new Map(free.map(({ id, name, host_type_id }) => [`${host_type_id} ${name}`, id]));
  const missing = types.filter((type) => !ids.has(identity(type)));
  const wanted = missing.map((type) => ({ type, row: hardwareOf(type, makers.get(type.manufacturer)) }));
  const fresh = wanted.filter(({ type, row }) => {
    const key = `${row.host_type_id} ${row.name}`;
    const id = alike.get(key);
    if (id !== undefined) ids.set(identity(type), id);
    alike.delete(key);
    return id === undefined;
  });
  for (const { type, row } of fresh) {
    const [made] = await trx('host_hardware').insert(row).returning('id');
    ids.set(identity(type), made.id);
  }
  return ids;
}

const longestName = 30;
const longestDetails = 120;

/** Names of hardware are short; the model in full is in the details, and beside them in its data sheet. */
function hardwareOf({ model: name, part_number, u_height }: DeviceType, hostType: number | undefined) {
  const facts = [name, part_number, `${u_height} U`].filter(Boolean).join(', ');
  return { name: shortened(name, longestName), details: shortened(facts, longestDetails), host_type_id: hostType };
}

const shortened = (text: string, longest: number): string =>
  text.length <= longest ? text : `${text.slice(0, longest - 1).trimEnd()}…`;

const factsOf = (type: DeviceType) => ({
  manufacturer: type.manufacturer,
  model: type.model,
  slug: type.slug ?? '',
  part_number: type.part_number ?? '',
  rack_units: type.u_height,
  full_depth: type.is_full_depth ?? true,
  airflow: type.airflow ?? '',
  weight: type.weight ?? null,
  weight_unit: type.weight_unit ?? '',
  console_ports: type.console_ports ?? 0,
  interfaces: type.interfaces ?? [],
  power_ports: type.power_ports ?? [],
});
