import type { Knex } from 'knex';

/** A lab as hosts are put into it. */
export interface SampleLab {
  /** The first three numbers of its addresses. */
  readonly network: string;
  /** Ids of its racks. */
  readonly racks: readonly number[];
}

const buildings = [
  { code: 'N1', comment: 'North, ground floor' },
  { code: 'W2', comment: 'West, second floor' },
];
const labs = [
  { building: 0, name: 'Compute', network: '10.20.10', comment: 'Servers and virtual machines' },
  { building: 0, name: 'Network', network: '10.20.20', comment: 'Switches, traffic generators' },
  { building: 1, name: 'Bring-up', network: '10.20.30', comment: 'Boards and workstations' },
  { building: 1, name: 'Radio', network: '10.20.40', comment: 'Shielded; radio team' },
];
const racksEach = 3;

/** Two buildings with two labs each, and three racks a lab. */
export async function loadPlaces(trx: Knex.Transaction): Promise<SampleLab[]> {
  const houses = await trx('building').insert(buildings).returning('id');
  const rooms = await trx('lab')
    .insert(
      labs.map(({ building, network, ...lab }) => ({
        ...lab,
        network: `${network}.0/24`,
        building_id: houses[building]?.id,
      })),
    )
    .returning('id');
  const racks = await trx('rack')
    .insert(rooms.flatMap(({ id }) => Array.from({ length: racksEach }, (_, n) => ({ number: n + 1, lab_id: id }))))
    .returning(['id', 'lab_id']);
  return labs.map(({ network }, n) => ({
    network,
    racks: racks.filter((rack) => rack.lab_id === rooms[n]?.id).map((rack) => rack.id),
  }));
}
