import type { Running } from '../harness/index.ts';

/** A lab with a network, its default rack and another one. */
export interface SomeLab {
  readonly id: number;
  readonly rack0: number | null;
  readonly rack1: number;
}

export async function aLab(
  { knex }: Running,
  name: string,
  network: string | null,
  { rack0 = true }: { rack0?: boolean } = {},
): Promise<SomeLab> {
  const known = await knex('building').where({ code: 'B1' }).first('id');
  const building = known ?? (await knex('building').insert({ code: 'B1' }).returning('id'))[0];
  const [lab] = await knex('lab').insert({ name, network, building_id: building.id }).returning('id');
  const rack = async (number: number): Promise<number> =>
    (await knex('rack').insert({ number, lab_id: lab.id }).returning('id'))[0].id;
  return { id: lab.id, rack0: rack0 ? await rack(0) : null, rack1: await rack(1) };
}

export async function aHost(
  { knex }: Running,
  hostname: string,
  values: Record<string, unknown> = {},
): Promise<number> {
  const known = await knex('host_hardware').where({ name: 'H' }).first('id');
  const hardware = known ?? (await knex('host_hardware').insert({ name: 'H' }).returning('id'))[0];
  const [host] = await knex('host')
    .insert({ hostname, hardware_id: hardware.id, ...values })
    .returning('id');
  return host.id;
}

export async function aNic({ knex }: Running, mac: string, values: Record<string, unknown> = {}): Promise<number> {
  const [nic] = await knex('nic')
    .insert({ mac, primary: false, ...values })
    .returning('id');
  return nic.id;
}

export interface Entry {
  nic: string | number | null;
  success?: string;
  error?: string;
}

export interface Ingested {
  success?: boolean;
  result?: Entry[];
  error?: string;
  detail?: string;
}
