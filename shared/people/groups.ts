import type { Knex } from 'knex';
import pg from 'pg';
import type { Principal } from '../access/principal.ts';
import { type Permission, permissions, type Role, roleNames } from '../access/roles.ts';
import { FieldRefused } from '../applications/field-refused.ts';
import { audit } from '../audit.ts';
import { say } from '../messages/say.ts';

/** What the members of a group may do. */
export type GroupRights = Readonly<Record<Role, ReadonlySet<Permission>>>;

export interface GroupFacts {
  readonly id: number;
  readonly name: string;
  readonly members: number;
}

export interface GroupWithRights extends GroupFacts {
  readonly rights: GroupRights;
  /** The first of them by username. */
  readonly people: readonly { readonly id: number; readonly username: string; readonly is_active: boolean }[];
}

const counted = '(SELECT count(*)::int FROM user_groups AS ug WHERE ug.group_id = g.id) AS members';
/** Members that a page names. */
const namedMembers = 200;

export async function listGroups(db: Knex): Promise<GroupFacts[]> {
  const { rows } = await db.raw<{ rows: GroupFacts[] }>(
    `SELECT g.id, g.name, ${counted} FROM groups AS g ORDER BY lower(g.name) LIMIT 1000`,
  );
  return rows;
}

export async function findGroup(db: Knex, id: number): Promise<GroupWithRights | null> {
  const { rows } = await db.raw<{ rows: GroupFacts[] }>(
    `SELECT g.id, g.name, ${counted} FROM groups AS g WHERE g.id = ?`,
    [id],
  );
  const [group] = rows;
  if (!group) return null;
  const people = await db('users AS u')
    .join('user_groups AS ug', 'ug.user_id', 'u.id')
    .where('ug.group_id', id)
    .orderByRaw('lower(u.username)')
    .limit(namedMembers)
    .select<GroupWithRights['people']>('u.id', 'u.username', 'u.is_active');
  return { ...group, people, rights: rightsIn(await rulesetsOf(db, id)) };
}

/** Makes a group whose members may do nothing yet. @throws FieldRefused */
export function createGroup(knex: Knex, actor: Principal, name: string): Promise<number> {
  refuseOthers(actor);
  return refusing(() =>
    knex.transaction(async (trx) => {
      const [made] = await trx('groups').insert({ name }).returning('id');
      await audit(trx, actor, {
        action: 'create',
        resource: 'group',
        objectId: made.id,
        changes: { name: { new: name } },
      });
      return made.id as number;
    }),
  );
}

/** Renames a group and says what its members may do. What is as it was is neither written nor audited. @throws FieldRefused */
export function changeGroup(
  knex: Knex,
  actor: Principal,
  id: number,
  { name, rights }: { name: string; rights: GroupRights },
): Promise<void> {
  refuseOthers(actor);
  return refusing(() =>
    knex.transaction(async (trx) => {
      const before = await trx('groups').where({ id }).forUpdate().first<{ name: string }>('name');
      if (!before) throw new FieldRefused('name', say('person-fields.no-such-group'));
      if (before.name !== name) {
        await trx('groups').where({ id }).update({ name });
        const changes = { name: { old: before.name, new: name } };
        await audit(trx, actor, { action: 'update', resource: 'group', objectId: id, changes });
      }
      for (const ruleset of await rulesetsOf(trx, id)) await changeRuleset(trx, actor, ruleset, rights[ruleset.name]);
    }),
  );
}

/** Deletes a group. Its members lose at once what only it gave them. */
export function deleteGroup(knex: Knex, actor: Principal, id: number): Promise<void> {
  refuseOthers(actor);
  return knex.transaction(async (trx) => {
    const [gone] = await trx('groups').where({ id }).delete().returning('name');
    if (!gone) return;
    await audit(trx, actor, {
      action: 'delete',
      resource: 'group',
      objectId: id,
      changes: { name: { old: gone.name } },
    });
  });
}

type Ruleset = { readonly id: number; readonly name: Role } & Readonly<Record<`can_${Permission}`, boolean>>;
const switches = permissions.map((permission) => `can_${permission}` as const);

function rulesetsOf(db: Knex, groupId: number): Promise<Ruleset[]> {
  return db('rulesets')
    .where({ group_id: groupId })
    .whereIn('name', roleNames)
    .select('id', 'name', ...switches);
}

/** The table adds what goes along: adding takes changing, and changing takes viewing. */
async function changeRuleset(
  trx: Knex,
  actor: Principal,
  before: Ruleset,
  wanted: ReadonlySet<Permission>,
): Promise<void> {
  const values = Object.fromEntries(permissions.map((permission) => [`can_${permission}`, wanted.has(permission)]));
  if (switches.every((name) => before[name] === values[name])) return;
  const [after]: Ruleset[] = await trx('rulesets')
    .where({ id: before.id })
    .update(values)
    .returning(['id', 'name', ...switches]);
  if (!after) return;
  const changes = Object.fromEntries(
    switches.flatMap((name) => (before[name] === after[name] ? [] : [[name, { old: before[name], new: after[name] }]])),
  );
  if (Object.keys(changes).length === 0) return;
  await audit(trx, actor, { action: 'update', resource: 'ruleset', objectId: before.id, changes });
}

function rightsIn(rulesets: readonly Ruleset[]): GroupRights {
  const held = (role: Role) => {
    const ruleset = rulesets.find(({ name }) => name === role);
    return new Set(permissions.filter((permission) => ruleset?.[`can_${permission}`]));
  };
  return Object.fromEntries(roleNames.map((role) => [role, held(role)])) as Record<Role, Set<Permission>>;
}

function refuseOthers({ person, standIn }: Principal): void {
  if (!person?.isSuperuser || standIn) throw new Error('Only superusers look after groups');
}

async function refusing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const isTaken = error instanceof pg.DatabaseError && error.constraint === 'groups_name';
    throw isTaken ? new FieldRefused('name', say('person-fields.group-taken')) : error;
  }
}
