import type { Row } from '../../resources/declaration.ts';
import { Invalid } from '../../store/refusals.ts';
import type { Selection } from '../../store/selection.ts';
import { filtersOf, type Parameters, parseQuery } from './parse-query.ts';
import type { Spelled } from './spelling.ts';

/** The rows that a body means: `items` lists their ids, `filters` has filters as the list's query names them. */
export const selectionOf = (spelled: Spelled, { items, filters }: Row): Selection => ({
  named: items,
  ...(filters !== undefined && { found: () => parseQuery(spelled, parametersOf(spelled, filters)) }),
});

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
