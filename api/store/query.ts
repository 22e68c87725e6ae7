/**
 * What a face asks of the store, whatever its dialect. Paths are those of the declaration; `sql` conditions come from
 * declarations only, never from a client.
 */
export type Condition =
  | { readonly op: 'and' | 'or'; readonly of: readonly Condition[] }
  | { readonly op: 'not'; readonly of: Condition }
  | { readonly op: Comparison; readonly path: string; readonly value: unknown }
  | { readonly op: 'in'; readonly path: string; readonly values: readonly unknown[] }
  | { readonly op: 'null'; readonly path: string }
  | { readonly op: 'sql'; readonly sql: string; readonly value?: unknown; readonly type?: string };

export type Comparison = 'eq' | 'lt' | 'lte' | 'gt' | 'gte' | 'iexact' | 'contains' | 'starts' | 'regex';

export type Page =
  | { readonly kind: 'all' }
  | { readonly kind: 'offset'; readonly limit: number; readonly offset: number }
  /** `after`: the order values of the last row seen, as text; null for the first page. */
  | { readonly kind: 'cursor'; readonly limit: number; readonly after: readonly (string | null)[] | null };

export interface Query {
  readonly where: readonly Condition[];
  /** Words that must all be found among the searchable fields. */
  readonly search: readonly string[];
  /** Paths, `-` before descending ones; empty: the declared order. `id` is added by the store. */
  readonly order: readonly string[];
  readonly page: Page;
}

/** The most rows that one page may ask for. */
export const largestPage = 10_000;
