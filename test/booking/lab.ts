import { makeGroup, type Running, type TestPerson } from '../harness/index.ts';

/** A host that can be booked. */
export interface BookableHost {
  /** Id of its bookable. */
  readonly id: number;
  readonly host: number;
  readonly hostname: string;
}

let hosts = 0;

/** Puts a host with its bookable into the database; both are active unless said otherwise. */
export async function bookableHost(
  { knex }: Running,
  { status = 'active', group = null }: { status?: string; group?: number | null } = {},
): Promise<BookableHost> {
  hosts += 1;
  const hostname = `h${hosts}`;
  const known = await knex('host_hardware').where({ name: 'test bench' }).first('id');
  const hardware = known ?? (await knex('host_hardware').insert({ name: 'test bench' }).returning('id'))[0];
  const [host] = await knex('host')
    .insert({ hostname, hardware_id: hardware.id, status: 'active', group_id: group })
    .returning('id');
  const [bookable] = await knex('bookable').insert({ host_id: host.id, status }).returning('id');
  return { id: bookable.id, host: host.id, hostname };
}

/** Somebody who may book for themself, and their token. */
export async function booker(q: Running, username: string): Promise<TestPerson & { token: string }> {
  const person = await q.person({ username, rights: { booking: ['add'] } });
  return { ...person, token: await q.tokenFor(person) };
}

/** Somebody who may book for anybody, and their token. */
export async function planner(q: Running, username: string): Promise<TestPerson & { token: string }> {
  const person = await q.person({ username, rights: { booking: ['add', 'change', 'delete'] } });
  return { ...person, token: await q.tokenFor(person) };
}

/** A group without rights. */
export const group = (q: Running, name: string, members: readonly TestPerson[] = []): Promise<number> =>
  makeGroup(
    q.knex,
    name,
    {},
    members.map(({ id }) => id),
  );

/** Midnight (UTC) so many days from today, and hours after it. */
export function day(days: number, hours = 0): string {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + days, hours)).toISOString();
}

/** A booking as the table has it, whenever it is: for what the API would not let anybody make today. */
export async function record(
  { knex }: Running,
  values: { bookable: BookableHost; owner: TestPerson; start: string; end: string | null; kind?: string },
): Promise<number> {
  const { bookable, owner, start, end, kind = 'booking' } = values;
  const [row] = await knex('occupancy')
    .insert({ kind, bookable_id: bookable.id, owner_id: owner.id, start, end, comment: 'on record' })
    .returning('id');
  return row.id;
}

/** What the REST face says of a booking. */
export interface Booking {
  id: number;
  start: string;
  end: string | null;
  comment: string;
  bookable: number;
  owner: number;
}

/** Problems by field, or what stands in the way. */
export type Problem = Record<string, string[]> & {
  detail?: string;
  clash?: { id: number; kind: string; start: string; end: string | null; owner: string };
};
