import type { Principal } from '../../shared/access/principal.ts';
import type { Resource } from '../resources/declaration.ts';
import { mostRows, namedIds } from './action-input.ts';
import type { Query } from './query.ts';
import { Invalid, rowRule } from './refusals.ts';
import type { Store } from './store.ts';

/** Which rows somebody means: those named, those found, or those of the named that are found. Read once they may. */
export interface Selection {
  /** A list of ids as the caller sent it. */
  readonly named?: unknown;
  readonly found?: () => Pick<Query, 'where' | 'search'>;
}

const idColumn = [{ key: 'id', sql: (statement: { path(path: string): string }) => statement.path('id') }];

/** The ids of the rows meant; finding takes what viewing takes. @throws Invalid when they are none, or too many */
export async function selected(
  store: Store,
  principal: Principal,
  resource: Resource,
  { named, found }: Selection,
): Promise<number[]> {
  if (named === undefined && !found) {
    throw new Invalid({ [rowRule]: ['List of items or filters must be provided for bulk operation.'] });
  }
  const ids = named === undefined ? null : namedIds(named);
  if (!found) return ids ?? [];
  const page = { kind: 'offset', limit: mostRows + 1, offset: 0, uncounted: true } as const;
  const query: Query = { ...found(), order: ['id'], page };
  const { text } = await store.list(principal, { resource, name: 'ids', columns: idColumn }, query);
  const there = (JSON.parse(text ?? '[]') as { id: number }[]).map(({ id }) => id);
  if (there.length > mostRows) throw new Invalid({ filters: [`At most ${mostRows} items may be meant at once.`] });
  const meant = ids ? ids.filter((id) => there.includes(id)) : there;
  if (meant.length === 0) throw new Invalid({ [rowRule]: ['No items match the provided criteria.'] });
  return meant;
}
