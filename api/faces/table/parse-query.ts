import type { Row } from '../../resources/declaration.ts';
import { targetOf } from '../../store/labelled.ts';
import type { Condition, OffsetPage, Query } from '../../store/query.ts';
import { Invalid } from '../../store/refusals.ts';
import type { Sight } from '../../store/sight.ts';
import { numberIn, objectIn, textIn } from './input.ts';
import { searchColumn } from './search-column.ts';
import type { Tabled, TableField } from './tabled.ts';

/** Rows of a page unless the client says otherwise, and the most that it may say. */
export const perPage = { usual: 25, most: 500 };
const lastPage = 1_000_000_000;

/** Where a table stands: what the client asked for, as it is echoed and as links repeat it. */
export interface TableState {
  readonly tab: string | null;
  readonly search_columns: Row;
  readonly sort_column: string | null;
  readonly sort_direction: 'ascending' | 'descending';
}

export interface TableQuery {
  readonly state: TableState;
  readonly query: Query & { readonly page: OffsetPage };
}

/**
 * Reads `tab`, `search_columns`, `sort_column`, `sort_direction`, `per_page` and `page`. Names of tabs and columns that
 * the table doesn't show are refused: to pass over a filter would show more than was asked for.
 * @throws Invalid
 */
export function parseTable(tabled: Tabled, asked: Row, sees: Sight): TableQuery {
  const tab = tabOf(tabled, textIn(asked, 'tab'));
  const search = searchOf(tabled, objectIn(asked, 'search_columns'), sees);
  const sort = sortOf(tabled, asked);
  const limit = numberIn(asked, 'per_page', perPage);
  const page = numberIn(asked, 'page', { usual: 1, most: lastPage });
  const inTab = tab === null ? [] : [{ op: 'sql', sql: tabled.resource.tabs?.[tab]?.sql ?? 'true' } as const];
  return {
    state: {
      tab: tab ?? ('all' in (tabled.resource.tabs ?? {}) ? 'all' : null),
      search_columns: search.given,
      sort_column: sort?.column.name ?? null,
      sort_direction: sort?.descending ? 'descending' : 'ascending',
    },
    query: {
      where: [...inTab, ...search.where],
      search: [],
      order: sort ? [`${sort.descending ? '-' : ''}${sortPath(sort.column, sees)}`] : [],
      page: { kind: 'offset', limit, offset: (page - 1) * limit },
    },
  };
}

/** A tab by its name or by what people read on it. */
function tabOf({ resource }: Tabled, asked: string | null): string | null {
  if (asked === null) return null;
  const lower = asked.toLowerCase();
  const tabs = Object.entries(resource.tabs ?? {});
  const found = tabs.find(([name, { label }]) => name === lower || label.toLowerCase() === lower);
  if (found) return found[0];
  const known = tabs.map(([name]) => name).join(', ');
  throw new Invalid({ tab: [known ? `There is no tab ${asked}. There are: ${known}.` : 'This table has no tabs.'] });
}

function searchOf(tabled: Tabled, columns: Row, sees: Sight): { given: Row; where: Condition[] } {
  const given: Row = {};
  const where: Condition[] = [];
  for (const [name, raw] of Object.entries(columns)) {
    const column = tabled.columns.get(name);
    if (!column?.searchable) throw unknownColumn(`search_columns.${name}`, tabled, 'searched');
    const condition = searchColumn(column, raw, sees);
    if (!condition) continue;
    given[name] = raw;
    where.push(condition);
  }
  return { given, where };
}

const directions: ReadonlyMap<string, boolean> = new Map([
  ['ascending', false],
  ['asc', false],
  ['descending', true],
  ['desc', true],
]);

function sortOf(tabled: Tabled, asked: Row): { column: TableField; descending: boolean } | null {
  const name = textIn(asked, 'sort_column');
  const direction = textIn(asked, 'sort_direction') ?? 'ascending';
  const descending = directions.get(direction.toLowerCase());
  if (descending === undefined) throw new Invalid({ sort_direction: ['This must be ascending or descending.'] });
  if (name === null) return null;
  const column = tabled.columns.get(name);
  if (!column?.sortable) throw unknownColumn('sort_column', tabled, 'sorted');
  return { column, descending };
}

/** References are sorted by their labels, if the caller may read all of them. */
function sortPath({ name, field }: TableField, sees: Sight): string {
  const readable = field.kind === 'reference' && sees(targetOf(name, field), 'view') === 'all';
  return readable ? `${name}.$label` : name;
}

function unknownColumn(key: string, { columns }: Tabled, what: 'searched' | 'sorted'): Invalid {
  const able = [...columns.values()].filter((one) => (what === 'searched' ? one.searchable : one.sortable));
  const names = able.map(({ name }) => name).join(', ');
  return new Invalid({ [key]: [`This table is not ${what} by this. It is ${what} by: ${names}.`] });
}
