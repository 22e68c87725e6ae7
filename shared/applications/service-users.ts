import type { Knex } from 'knex';
import { type Actor, audit } from '../audit.ts';
import { User } from '../models/user.ts';

/** In place of an id: make a new one for this application. */
export const newServiceUser = 'new' as const;

/** Whom an application is to act as: an id, {@link newServiceUser}, or nobody. */
export type ServiceUserWish = number | typeof newServiceUser | null;

/** Somebody whom an application may act as. */
export interface ServiceUserChoice {
  readonly id: number;
  readonly username: string;
}

/** The service users there are, and whoever is chosen already. People are never offered: they act for themselves. */
export function serviceUsers(db: Knex, chosen: number | null = null): Promise<ServiceUserChoice[]> {
  return db('users')
    .where((which) => which.where({ is_service: true, is_active: true }).orWhere({ id: chosen ?? 0 }))
    .orderByRaw('lower(username)')
    .limit(500)
    .select<ServiceUserChoice[]>('id', 'username');
}

/**
 * The id behind a wish, making a service user when it asks for a new one; it has no rights until
 * a group gives it some. Undefined: there is no such service user.
 */
export async function chosenServiceUser(
  trx: Knex,
  choice: { wanted: ServiceUserWish; applicationName: string; chosen: number | null },
  actor: Actor,
): Promise<number | null | undefined> {
  if (choice.wanted === null) return null;
  if (choice.wanted === newServiceUser) return makeServiceUser(trx, choice.applicationName, actor);
  return (await serviceUsers(trx, choice.chosen)).find(({ id }) => id === choice.wanted)?.id;
}

async function makeServiceUser(trx: Knex, applicationName: string, actor: Actor): Promise<number> {
  const username = await freeName(trx, applicationName);
  const fields = { username, first_name: applicationName.slice(0, 150), is_service: true };
  const { id } = await User.query(trx).insert(fields).returning('id');
  const changes = Object.fromEntries(Object.entries(fields).map(([field, value]) => [field, { new: value }]));
  await audit(trx, actor, { action: 'create', resource: 'user', objectId: id, changes });
  return id;
}

/** «Rack Planner» becomes `service-rack-planner`, and `service-rack-planner-2` when that is taken. */
async function freeName(trx: Knex, applicationName: string): Promise<string> {
  const plain = applicationName.normalize('NFKD').toLowerCase();
  const slug =
    plain
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '')
      .slice(0, 100) || 'application';
  const base = `service-${slug}`;
  const taken = new Set(
    await trx('users').whereRaw('left(lower(username), ?) = ?', [base.length, base]).pluck('username'),
  );
  if (!taken.has(base)) return base;
  let number = 2;
  while (taken.has(`${base}-${number}`)) number += 1;
  return `${base}-${number}`;
}
