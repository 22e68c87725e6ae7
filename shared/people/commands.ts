import type { Knex } from 'knex';
import pg from 'pg';
import type { Principal } from '../access/principal.ts';
import { FieldRefused } from '../applications/field-refused.ts';
import { audit } from '../audit.ts';
import { type SharedKey, say } from '../messages/say.ts';
import type { PersonWish } from './fields.ts';
import { findPerson, type PersonFacts } from './find.ts';

/** What is written to the person's own row. */
const own = ['username', 'first_name', 'last_name', 'email', 'is_staff', 'is_superuser'] as const;

/** Superusers hold everything, so what they give is theirs to give; nobody else comes here. */
function refuseOthers({ person, standIn }: Principal): void {
  if (!person?.isSuperuser || standIn) throw new Error('Only superusers look after people');
}

/**
 * Makes a person or a service user, without a password.
 * @returns the id
 * @throws FieldRefused
 */
export function createPerson(knex: Knex, actor: Principal, wish: PersonWish, isService = false): Promise<number> {
  refuseOthers(actor);
  return refusing(async () =>
    knex.transaction(async (trx) => {
      const fields = Object.fromEntries(own.map((name) => [name, wish[name]]));
      const [made] = await trx('users')
        .insert({ ...fields, is_service: isService })
        .returning('id');
      await setGroups(trx, made.id, [], wish.groups);
      const facts = { ...fields, is_service: isService, groups: wish.groups };
      const changes = Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, { new: value }]));
      await audit(trx, actor, { action: 'create', resource: 'user', objectId: made.id, changes });
      return made.id as number;
    }),
  );
}

/** Changes what is said of a person. What is as it was is neither written nor audited. @throws FieldRefused */
export function changePerson(knex: Knex, actor: Principal, id: number, wish: PersonWish): Promise<void> {
  refuseOthers(actor);
  return refusing(() =>
    knex.transaction(async (trx) => {
      const before = await lockedPerson(trx, id);
      const had = before.groups.map((group) => group.id);
      const differing = own.filter((name) => before[name] !== wish[name]);
      const changes: Record<string, { old: unknown; new: unknown }> = Object.fromEntries(
        differing.map((name) => [name, { old: before[name], new: wish[name] }]),
      );
      const groups = [...wish.groups].sort((a, b) => a - b);
      if (groups.join() !== [...had].sort((a, b) => a - b).join()) changes.groups = { old: had, new: groups };
      if (Object.keys(changes).length === 0) return;
      if (differing.length > 0) {
        await trx('users')
          .where({ id })
          .update(Object.fromEntries(differing.map((name) => [name, wish[name]])));
      }
      await setGroups(trx, id, had, groups);
      await audit(trx, actor, { action: 'update', resource: 'user', objectId: id, changes });
    }),
  );
}

/** Lets somebody in or out. Whoever is disabled loses sessions, tokens and connected applications at once. @throws FieldRefused */
export function switchPerson(knex: Knex, actor: Principal, id: number, active: boolean): Promise<void> {
  refuseOthers(actor);
  return refusing(() =>
    knex.transaction(async (trx) => {
      const before = await lockedPerson(trx, id);
      if (before.is_active === active) return;
      await trx('users').where({ id }).update({ is_active: active });
      const changes = { is_active: { old: before.is_active, new: active } };
      await audit(trx, actor, { action: 'update', resource: 'user', objectId: id, changes });
    }),
  );
}

async function lockedPerson(trx: Knex, id: number): Promise<PersonFacts> {
  await trx('users').where({ id }).forNoKeyUpdate().first('id');
  const person = await findPerson(trx, id);
  if (!person) throw new FieldRefused('username', say('person-fields.gone'));
  return person;
}

async function setGroups(trx: Knex, userId: number, had: readonly number[], wanted: readonly number[]): Promise<void> {
  const gone = had.filter((id) => !wanted.includes(id));
  const added = wanted.filter((id) => !had.includes(id));
  if (gone.length > 0) await trx('user_groups').where({ user_id: userId }).whereIn('group_id', gone).delete();
  if (added.length > 0) await trx('user_groups').insert(added.map((id) => ({ user_id: userId, group_id: id })));
}

/** What PostgreSQL refuses, said beside the field. */
const refusals: Readonly<Record<string, readonly [field: string, says: SharedKey]>> = {
  users_username: ['username', 'person-fields.taken'],
  users_last_superuser: ['is_superuser', 'person-fields.last-superuser'],
  user_groups_group_id_fkey: ['groups', 'person-fields.group-gone'],
};

async function refusing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const refusal = error instanceof pg.DatabaseError && error.constraint ? refusals[error.constraint] : undefined;
    throw refusal ? new FieldRefused(refusal[0], say(refusal[1])) : error;
  }
}
