import type { Resource } from '../resources/declaration.ts';

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
  /** A set or list that has any of these in it, or nothing at all. */
  | { readonly op: 'overlaps'; readonly path: string; readonly values: readonly unknown[] }
  | { readonly op: 'empty'; readonly path: string }
  /** The row that a reference leads to (or any row of a set) is one that the caller may view, and fulfils `of`. */
  | { readonly op: 'through'; readonly path: string; readonly resource: Resource; readonly of: Condition }
  /** A row of another resource refers here by its `field`, is one that the caller may view, and fulfils `of`. */
  | { readonly op: 'some'; readonly resource: Resource; readonly field: string; readonly of: Condition }
  | Span
  /** It holds of any of the paths that search looks through, or of those beside. */
  | {
      readonly op: 'anywhere';
      readonly match: 'contains' | 'regex';
      readonly value: string;
      readonly beside?: readonly string[];
    }
  | { readonly op: 'sql'; readonly sql: string; readonly value?: unknown; readonly type?: string };

/** `like` takes the caller's own pattern, `%` and `_`; those on texts do not tell capitals from small letters. */
export type Comparison =
  | 'eq'
  | 'lt'
  | 'lte'
  | 'gt'
  | 'gte'
  | 'iexact'
  | 'contains'
  | 'starts'
  | 'ends'
  | 'like'
  | 'regex';

/**
 * A moment or day within a stretch of time that moves with the clock: from the beginning of the unit that is `from`
 * units away from the present one, to before the beginning of the one that is `until` away. Null: no bound.
 */
export interface Span {
  readonly op: 'span';
  readonly path: string;
  readonly unit: 'now' | 'day' | 'month' | 'quarter' | 'year';
  readonly from: number | null;
  readonly until: number | null;
  /** IANA zone whose calendar counts. */
  readonly zone: string;
}

export type Page =
  | { readonly kind: 'all' }
  /** `uncounted`: nobody asks how many there are in all. */
  | { readonly kind: 'offset'; readonly limit: number; readonly offset: number; readonly uncounted?: boolean }
  /** `after`: the order values of the last row seen, as text; null for the first page. */
  | { readonly kind: 'cursor'; readonly limit: number; readonly after: readonly (string | null)[] | null };

export type OffsetPage = Extract<Page, { kind: 'offset' }>;

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
