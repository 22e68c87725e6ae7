import type { Principal } from '../../../shared/access/principal.ts';
import type { Row } from '../../resources/declaration.ts';
import { mostRows, namedIds } from '../../store/action-input.ts';
import type { Query } from '../../store/query.ts';
import { Invalid, rowRule } from '../../store/refusals.ts';
import type { Store } from '../../store/store.ts';
import { parseBody } from './parse-body.ts';
import { filtersOf, type Parameters, parseQuery } from './parse-query.ts';
import type { Spelled } from './spelling.ts';

/** Changes the rows that `items` names, or that `filters` finds, alike. @returns how many */
export async function changeSeveral(store: Store, principal: Principal, spelled: Spelled, body: Row): Promise<number> {
  const { items: _, filters: __, ...values } = body;
  const ids = await meant(store, principal, spelled, body);
  await store.updateMany(principal, spelled.resource, ids, parseBody(spelled, values));
  return ids.length;
}

/** Deletes the rows that `items` names, or that `filters` finds. */
export async function deleteSeveral(store: Store, principal: Principal, spelled: Spelled, body: Row): Promise<void> {
  await store.removeMany(principal, spelled.resource, await meant(store, principal, spelled, body));
}

/** The rows that a request is about: those named, those found, or those of the named that are found. */
async function meant(store: Store, principal: Principal, spelled: Spelled, { items, filters }: Row): Promise<number[]> {
  if (items === undefined && filters === undefined) {
    throw new Invalid({ [rowRule]: ['List of items or filters must be provided for bulk operation.'] });
  }
  const named = items === undefined ? null : namedIds(items);
  if (filters === undefined) return named ?? [];
  const found = await matching(store, principal, spelled, filters);
  const ids = named ? named.filter((id) => found.includes(id)) : found;
  if (ids.length === 0) throw new Invalid({ [rowRule]: ['No items match the provided criteria.'] });
  return ids;
}

async function matching(store: Store, principal: Principal, spelled: Spelled, filters: unknown): Promise<number[]> {
  const { where, search } = parseQuery(spelled, parametersOf(spelled, filters));
  const page = { kind: 'offset', limit: mostRows + 1, offset: 0 } as const;
  const query: Query = { where, search, order: ['id'], page };
  const { text } = await store.list(principal, { ...spelled.projection, name: 'ids', columns: idColumn }, query);
  const ids = (JSON.parse(text ?? '[]') as { id: number }[]).map(({ id }) => id);
  if (ids.length > mostRows) throw new Invalid({ filters: [`At most ${mostRows} items may be meant at once.`] });
  return ids;
}

const idColumn = [{ key: 'id', sql: (statement: { path(path: string): string }) => statement.path('id') }];

/** The filters of a list, as its query would name them. One that means nothing here would mean every row: it is refused. */
function parametersOf(spelled: Spelled, filters: unknown): Parameters {
  if (typeof filters !== 'object' || filters === null || Array.isArray(filters) || Object.keys(filters).length === 0) {
    throw new Invalid({ filters: ['An object with at least one filter is required.'] });
  }
  const known = filtersOf(spelled);
  const unknown = Object.keys(filters).filter((name) => name !== 'search' && !known.has(name));
  if (unknown.length > 0) throw new Invalid({ filters: unknown.map((name) => `There is no filter ${name}.`) });
  return Object.fromEntries(
    Object.entries(filters).map(([name, value]) => {
      const text = Array.isArray(value) ? value.join(',') : String(value);
      if (text === '') throw new Invalid({ filters: [`The filter ${name} is empty.`] });
      return [name, text];
    }),
  );
}
