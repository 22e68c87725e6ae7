import type { Knex } from 'knex';
import type { Principal } from '../../shared/access/principal.ts';
import { audit } from '../../shared/audit.ts';
import type { Services } from '../../shared/services.ts';
import type { Resource } from '../resources/declaration.ts';
import { resources } from '../resources/index.ts';
import type { Subjects } from './log.ts';
import type { Projection } from './projection.ts';
import { Unauthenticated } from './refusals.ts';
import type { Store } from './store.ts';

/**
 * Lets the caller follow rows that they may view, or no longer. What they follow already is counted as followed.
 * @returns the ids of those that are there for them
 */
export async function setFollowed(
  services: Services,
  store: Store,
  principal: Principal,
  resource: Resource,
  ids: readonly number[],
  followed: boolean,
): Promise<number[]> {
  const { person } = principal;
  if (!person) throw new Unauthenticated();
  const seen = await visibleIds(store, principal, resource, ids);
  await services.knex.transaction((trx) => writeFollowed(trx, principal, resource, seen, followed));
  return seen;
}

/** Notes that somebody follows rows that they may view, or no longer; their token's scopes have been asked. */
export async function writeFollowed(
  trx: Knex.Transaction,
  principal: Principal,
  resource: Resource,
  ids: readonly number[],
  followed: boolean,
): Promise<void> {
  const { person } = principal;
  if (!person || ids.length === 0) return;
  const rows = ids.map((id) => ({ user_id: person.id, resource: resource.name, object_id: id }));
  const changed: { object_id: number }[] = followed
    ? await trx('subscriptions').insert(rows).onConflict().ignore().returning('object_id')
    : await trx('subscriptions')
        .where({ user_id: person.id, resource: resource.name })
        .whereIn('object_id', ids)
        .delete('object_id');
  const action = followed ? 'follow' : 'unfollow';
  for (const { object_id: objectId } of changed) {
    await audit(trx, principal, { action, resource: resource.name, objectId });
  }
}

/** The rows that the caller follows, of those that they may still view. */
export async function followedRows({ knex }: Services, store: Store, principal: Principal): Promise<Subjects[]> {
  const { person } = principal;
  if (!person) throw new Unauthenticated();
  const sees = store.sight(principal);
  const rows: { resource: string; ids: number[] }[] = await knex('subscriptions')
    .where({ user_id: person.id })
    .groupBy('resource')
    .select('resource', knex.raw('array_agg(object_id::int) AS ids'));
  const found: Subjects[] = [];
  for (const { resource: name, ids } of rows) {
    const resource = resources.find((one) => one.name === name);
    if (!resource || sees(resource) === 'nothing') continue;
    found.push({ resource, ids: await visibleIds(store, principal, resource, ids) });
  }
  return found;
}

const projections = new WeakMap<Resource, Projection>();

/** Which of these rows the caller may view. */
async function visibleIds(
  store: Store,
  principal: Principal,
  resource: Resource,
  ids: readonly number[],
): Promise<number[]> {
  const projection = projections.get(resource) ?? {
    resource,
    name: `${resource.name} id alone`,
    columns: [{ key: 'id', sql: (statement) => statement.path('id') }],
  };
  projections.set(resource, projection);
  const page = { kind: 'offset', offset: 0, limit: ids.length, uncounted: true } as const;
  const where = [{ op: 'in', path: 'id', values: ids } as const];
  const { text } = await store.list(principal, projection, { where, search: [], order: ['id'], page });
  return (JSON.parse(text ?? '[]') as { id: number }[]).map(({ id }) => id);
}
