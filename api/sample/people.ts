import type { Knex } from 'knex';
import type { Permission, Role } from '../../shared/access/roles.ts';
import { hashPassword } from '../../shared/identity/passwords.ts';

/** Somebody whom visitors of the sample lab may sign in as. */
export interface SampleLogin {
  readonly username: string;
  readonly password: string;
  /** What this person may do, in a few words. */
  readonly may: string;
}

/** The log-ins of the sample lab; everybody knows their passwords, so it is for trying out only. */
export const sampleLogins: readonly SampleLogin[] = [
  { username: 'reader', password: 'read-the-shelves', may: 'look at everything' },
  { username: 'engineer', password: 'rack-and-stack', may: 'add and change hosts, book for themself' },
  { username: 'booker', password: 'one-host-for-me', may: 'book hosts for themself' },
  { username: 'planner', password: 'who-has-it-when', may: 'book and reserve for anybody' },
  { username: 'storekeeper', password: 'count-every-bolt', may: 'look after parts and stock' },
];

const view: readonly Permission[] = ['view'];
const add: readonly Permission[] = ['view', 'add'];
const all: readonly Permission[] = ['view', 'add', 'change', 'delete'];
const readAll = {
  location: view,
  host: view,
  booking: view,
  part_category: view,
  part: view,
  stock_location: view,
  stock: view,
};

const groups: Readonly<Record<string, Partial<Record<Role, readonly Permission[]>>>> = {
  Readers: readAll,
  Engineers: { ...readAll, location: ['view', 'add', 'change'], host: ['view', 'add', 'change'], booking: add },
  Bookers: { location: view, host: view, booking: add },
  Planners: { location: view, host: view, booking: all },
  Storekeepers: { ...readAll, part_category: all, part: all, stock_location: all, stock: all },
  'Radio team': {},
};

const colleagues = [
  ['maya.chen', 'Maya', 'Chen'],
  ['jonas.weber', 'Jonas', 'Weber'],
  ['amara.diallo', 'Amara', 'Diallo'],
  ['lucia.romano', 'Lucia', 'Romano'],
  ['tom.okafor', 'Tom', 'Okafor'],
  ['ines.marques', 'Inês', 'Marques'],
  ['yuki.tanaka', 'Yuki', 'Tanaka'],
  ['piotr.nowak', 'Piotr', 'Nowak'],
] as const;

const members: Readonly<Record<string, readonly string[]>> = {
  Readers: ['reader'],
  Engineers: ['engineer', 'maya.chen', 'tom.okafor'],
  Bookers: ['booker', ...colleagues.map(([username]) => username)],
  Planners: ['planner'],
  Storekeepers: ['storekeeper'],
  'Radio team': ['jonas.weber', 'ines.marques', 'engineer'],
};

export interface SamplePeople {
  /** Ids by username. */
  readonly users: ReadonlyMap<string, number>;
  /** Ids by name. */
  readonly groups: ReadonlyMap<string, number>;
  /** Who books hosts, and who of them may book those of the radio team. */
  readonly bookers: readonly number[];
  readonly radioTeam: readonly number[];
}

/** Password hashes by username; worked out before the transaction, since each takes a while. */
export async function hashSamplePasswords(): Promise<ReadonlyMap<string, string>> {
  const hashed = sampleLogins.map(async ({ username, password }) => [username, await hashPassword(password)] as const);
  return new Map(await Promise.all(hashed));
}

/** Puts the people of the sample lab, their groups and rights into the database. */
export async function loadPeople(trx: Knex.Transaction, hashes: ReadonlyMap<string, string>): Promise<SamplePeople> {
  const signIns = sampleLogins.map(({ username }) => ({
    username,
    first_name: `${username[0]?.toUpperCase()}${username.slice(1)}`,
    last_name: '',
    email: `${username}@lab.example`,
    password: hashes.get(username) ?? null,
  }));
  const others = colleagues.map(([username, first_name, last_name]) => ({
    username,
    first_name,
    last_name,
    email: `${username}@lab.example`,
    password: null,
  }));
  const email_verified_at = trx.fn.now();
  const madeUsers = await trx('users')
    .insert([...signIns, ...others].map((person) => ({ ...person, email_verified_at })))
    .returning(['id', 'username']);
  const users = new Map<string, number>(madeUsers.map(({ id, username }) => [username, id]));
  const madeGroups = await trx('groups')
    .insert(Object.keys(groups).map((name) => ({ name })))
    .returning(['id', 'name']);
  const groupIds = new Map<string, number>(madeGroups.map(({ id, name }) => [name, id]));

  const rulesets = Object.entries(groups).flatMap(([group, rights]) =>
    Object.entries(rights).map(([role, permissions]) => ({
      group_id: groupIds.get(group),
      name: role,
      can_view: permissions.includes('view'),
      can_add: permissions.includes('add'),
      can_change: permissions.includes('change'),
      can_delete: permissions.includes('delete'),
    })),
  );
  await trx('rulesets').insert(rulesets).onConflict(['group_id', 'name']).merge();
  await trx('user_groups').insert(
    Object.entries(members).flatMap(([group, names]) =>
      names.map((name) => ({ user_id: users.get(name), group_id: groupIds.get(group) })),
    ),
  );
  const idsOf = (group: string) => (members[group] ?? []).flatMap((name) => users.get(name) ?? []);
  return { users, groups: groupIds, bookers: idsOf('Bookers'), radioTeam: idsOf('Radio team') };
}
