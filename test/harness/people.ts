import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Knex } from 'knex';
import type { Permission, Role } from '../../shared/access/roles.ts';
import { keptFile } from '../../shared/embedded-postgres/kept-file.ts';
import { makeApiToken } from '../../shared/identity/api-tokens.ts';
import { hashPassword } from '../../shared/identity/passwords.ts';
import { sha256 } from '../../shared/identity/secrets.ts';
import { runFolder } from './database-server.ts';

/** A person that a test made. */
export interface TestPerson {
  readonly id: number;
  readonly username: string;
  /** Empty when the person has none. */
  readonly password: string;
}

export interface PersonWishes {
  readonly username: string;
  /** None: nobody can sign in as them, and no time is spent on a hash. */
  readonly password?: string;
  readonly email?: string;
  /** They showed that they read what comes to that address. */
  readonly confirmed?: boolean;
  readonly firstName?: string;
  readonly lastName?: string;
  readonly superuser?: boolean;
  readonly staff?: boolean;
  readonly service?: boolean;
  readonly active?: boolean;
  /** What a group made for them lets them do. */
  readonly rights?: Partial<Record<Role, readonly Permission[]>>;
}

/** The stored form of a password, hashed once a run: most people of tests share a few passwords. */
const stored = async (password: string): Promise<string> =>
  keptFile(join(await runFolder(), `password-${sha256(password).toString('hex')}`), () => hashPassword(password));

/** Puts a person into the database, in a group of their own when they have rights. */
export async function makePerson(knex: Knex, wishes: PersonWishes): Promise<TestPerson> {
  const password = wishes.password ?? '';
  const [row] = await knex('users')
    .insert({
      username: wishes.username,
      email: wishes.email ?? '',
      email_verified_at: wishes.confirmed ? knex.fn.now() : null,
      first_name: wishes.firstName ?? '',
      last_name: wishes.lastName ?? '',
      password: password ? await stored(password) : null,
      is_superuser: wishes.superuser ?? false,
      is_staff: wishes.staff ?? false,
      is_service: wishes.service ?? false,
      is_active: wishes.active ?? true,
    })
    .returning('id');
  if (wishes.rights) await makeGroup(knex, `group of ${wishes.username}`, wishes.rights, [row.id]);
  return { id: row.id, username: wishes.username, password };
}

/** Makes a group with its rights and members. @returns its id */
export async function makeGroup(
  knex: Knex,
  name: string,
  rights: Partial<Record<Role, readonly Permission[]>>,
  members: readonly number[] = [],
): Promise<number> {
  const [group] = await knex('groups').insert({ name }).returning('id');
  const rulesets = Object.entries(rights).map(([role, permissions]) => ({
    group_id: group.id,
    name: role,
    can_view: permissions.includes('view'),
    can_add: permissions.includes('add'),
    can_change: permissions.includes('change'),
    can_delete: permissions.includes('delete'),
  }));
  if (rulesets.length) await knex('rulesets').insert(rulesets).onConflict(['group_id', 'name']).merge();
  if (members.length) await knex('user_groups').insert(members.map((user) => ({ user_id: user, group_id: group.id })));
  return group.id;
}

/** An API token in InvenTree's spelling. */
export async function makeToken(knex: Knex, person: TestPerson, scopes: readonly string[] | null): Promise<string> {
  const wish = { userId: person.id, name: randomUUID(), spelling: 'inventree', scopes, expiresAt: null } as const;
  return (await makeApiToken(knex, wish)).clear;
}
