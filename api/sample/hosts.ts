import type { Knex } from 'knex';
import { Chance } from './chance.ts';
import { type Fleet, fleets, hardware } from './fleets.ts';
import type { SamplePeople } from './people.ts';
import type { SampleLab } from './places.ts';

/** A host that was made, as its NICs, cards and bookable need it. */
interface MadeHost {
  readonly id: number;
  readonly fleet: Fleet;
  /** Its place in its fleet, from 0. */
  readonly n: number;
  readonly ip: string;
  readonly status: string;
}

/** A host that can be booked. */
export interface SampleBookable {
  readonly id: number;
  readonly active: boolean;
  readonly radio: boolean;
}

const two = (n: number): string => String(n).padStart(2, '0');
const hex = (n: number): string => n.toString(16).padStart(2, '0');

/** Most are in use; every so many is not, as in life. */
const statusOf = (n: number): string =>
  n % 31 === 17
    ? 'missing'
    : n % 29 === 13
      ? 'on_loan'
      : n % 37 === 9
        ? 'retired'
        : n % 23 === 21
          ? 'offline'
          : n % 41 === 7
            ? 'new'
            : 'active';

/** Hardware, hosts with their NICs and cards, some spare ones, and what is bookable. */
export async function loadHosts(
  trx: Knex.Transaction,
  labs: readonly SampleLab[],
  people: SamplePeople,
): Promise<SampleBookable[]> {
  const models = await loadHardware(trx);
  const [...vendors] = await trx('hd_vendor')
    .insert(['Seagate', 'Western Digital', 'Toshiba', 'Samsung', 'Micron'].map((vendor) => ({ vendor })))
    .returning('id');
  const chance = new Chance(7);
  const nextAddress = labs.map(() => 11);
  const made: MadeHost[] = [];
  for (const fleet of fleets) {
    const lab = labs[fleet.lab];
    if (!lab) throw new Error(`The sample has no lab ${fleet.lab}`);
    const hypervisors = made.filter((one) => one.fleet.hypervisor).map(({ id }) => id);
    const rows = Array.from({ length: fleet.count }, (_, n) => {
      const address = nextAddress[fleet.lab] ?? 11;
      nextAddress[fleet.lab] = address + 1;
      const status = fleet.hypervisor ? 'active' : statusOf(made.length + n);
      const seen = status === 'active' ? chance.between(1, 50) : status === 'new' ? null : chance.between(3000, 90_000);
      return {
        hostname: `${fleet.prefix}-${two(n + 1)}`,
        ip: `${lab.network}.${address}`,
        serial_no: fleet.virtual ? null : `S${chance.between(10_000_000, 99_999_999)}`,
        asset_no: fleet.virtual ? null : `QM-${chance.between(10_000, 99_999)}`,
        hypervisor: fleet.hypervisor ?? false,
        details: hardware[fleet.hardware].details,
        lastseen: seen === null ? null : trx.raw('now() - make_interval(mins => ?)', [seen]),
        status,
        diskvendor_id: fleet.managed ? chance.of(vendors).id : null,
        hardware_id: models.get(fleet.hardware),
        rack_id: fleet.virtual ? null : lab.racks[n % lab.racks.length],
        vm_host_id: fleet.virtual ? hypervisors[n % hypervisors.length] : null,
        group_id: fleet.radio && n % 2 === 0 ? people.groups.get('Radio team') : null,
        owner_id: n % 3 === 0 ? people.users.get('engineer') : null,
      };
    });
    const ids = await trx('host').insert(rows).returning('id');
    made.push(...rows.map(({ ip, status }, n) => ({ id: ids[n]?.id as number, fleet, n, ip, status })));
  }
  await loadNics(trx, made);
  await loadCards(trx, made);
  return loadBookables(trx, made);
}

async function loadHardware(trx: Knex.Transaction): Promise<Map<string, number>> {
  const models = Object.entries(hardware);
  const types = [...new Set(models.map(([, { type }]) => type))];
  const typeIds = await trx('host_type')
    .insert(types.map((name) => ({ name })))
    .returning('id');
  const ids = await trx('host_hardware')
    .insert(
      models.map(([, { name, details, type }]) => ({ name, details, host_type_id: typeIds[types.indexOf(type)]?.id })),
    )
    .returning('id');
  return new Map(models.map(([key], n) => [key, ids[n]?.id]));
}

/** Every host is reached over one primary NIC; servers have a management controller too. Three spare ones lie about. */
async function loadNics(trx: Knex.Transaction, hosts: readonly MadeHost[]): Promise<void> {
  let made = 0;
  const mac = (oui: string): string => {
    made += 1;
    return `${oui}:${hex(0x10 + (made >> 8))}:${hex(made & 255)}:${hex((made * 37) & 255)}`;
  };
  const rows = hosts.flatMap(({ id, fleet, ip }) => {
    const { oui, nic } = hardware[fleet.hardware];
    const own = { model: nic, mac: mac(oui), integrated: true, management: false, ip, primary: true, host_id: id };
    if (!fleet.managed) return [own];
    const controller = { ...own, model: 'Management', mac: mac(oui), management: true, primary: false };
    return [own, { ...controller, ip: ip.replace(/\d+$/, (last) => String(Number(last) + 100)) }];
  });
  const spare = Array.from({ length: 3 }, () => ({
    model: 'X710-DA2',
    mac: mac('a0:36:9f'),
    integrated: false,
    management: false,
    ip: null,
    primary: false,
    host_id: null,
  }));
  await trx('nic').insert([...rows, ...spare]);
  await trx.raw('UPDATE nic SET lastseen = h.lastseen FROM host AS h WHERE h.id = nic.host_id AND NOT nic.management');
}

async function loadCards(trx: Knex.Transaction, hosts: readonly MadeHost[]): Promise<void> {
  const types = [...new Set(fleets.flatMap(({ card }) => card?.type ?? []))];
  const typeIds = await trx('card_type')
    .insert(types.map((name) => ({ name })))
    .returning('id');
  const built = hosts.flatMap(({ id, fleet: { card }, n }) =>
    card && n % card.every === 0 ? [{ type: card.type, details: card.details, host_id: id as number | null }] : [],
  );
  const spare = fleets.flatMap(({ card }) => (card ? [{ type: card.type, details: card.details, host_id: null }] : []));
  await trx('card').insert(
    [...built, ...spare].map(({ type, ...card }, n) => ({
      ...card,
      asset_no: `C-${1001 + n}`,
      cardtype_id: typeIds[types.indexOf(type)]?.id,
    })),
  );
}

/** Hosts that are in use can be booked; of the others the bookable is suspended, of new ones it is not yet active. */
async function loadBookables(trx: Knex.Transaction, hosts: readonly MadeHost[]): Promise<SampleBookable[]> {
  const offered = hosts.filter(({ fleet }) => fleet.bookable);
  const status = (host: MadeHost) =>
    host.status === 'active'
      ? 'active'
      : host.status === 'new'
        ? 'created'
        : host.status === 'retired'
          ? 'inactive'
          : 'suspended';
  const ids = await trx('bookable')
    .insert(offered.map((host) => ({ host_id: host.id, status: status(host) })))
    .returning('id');
  return offered.map((host, n) => ({
    id: ids[n]?.id as number,
    active: host.status === 'active',
    radio: Boolean(host.fleet.radio),
  }));
}
