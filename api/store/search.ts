import type pg from 'pg';
import type { Resource } from '../resources/declaration.ts';
import { searchSql } from './condition.ts';
import { literal } from './projection.ts';
import { valuesOf, visibleSql, whereSql } from './read.ts';
import { type Slot, Statement } from './statement.ts';

/** A row that was found. */
export interface Hit {
  readonly id: number;
  /** The row's name, as the declaration's `label` has it. */
  readonly label: string;
  /** What else it is found by, in one line; may be empty. */
  readonly description: string;
  /** From 0 to 1; comparable between resources. */
  readonly rank: number;
}

/** What was found of one resource. */
export interface Found {
  readonly resource: Resource;
  /** The page asked for, the best first. */
  readonly hits: readonly Hit[];
  /** How many there are in all. */
  readonly count: number;
}

export interface SearchWishes {
  /** Where to look; everywhere unless said. */
  readonly resources?: readonly Resource[];
  /** The most hits of each resource; 10 unless said. */
  readonly limit?: number;
  /** How many of the best of each resource to pass over. */
  readonly offset?: number;
}

/** A resource to look through, and how far the caller sees into it. */
export interface Scope {
  readonly resource: Resource;
  readonly ownOnly: boolean;
}

/** The words of what somebody typed: at most 20, each found on its own. */
export const wordsOf = (typed: string): string[] => typed.split(/\s+/).filter(Boolean).slice(0, 20);

/** Looks through resources in one statement. No words find nothing. */
export async function searchIn(
  db: pg.Pool,
  scopes: readonly Scope[],
  words: readonly string[],
  me: number | null,
  { limit = 10, offset = 0 }: SearchWishes,
): Promise<Found[]> {
  if (words.length === 0 || scopes.length === 0) return [];
  const slots: Slot[] = [];
  const page = `LIMIT ${Math.trunc(limit)} OFFSET ${Math.trunc(offset)}`;
  const texts = scopes.map((scope) => `(${foundSql(scope, words, slots, page)})`);
  const { rows } = await db.query<{ resource: string; count: number; hits: Hit[] }>(
    texts.join(' UNION ALL '),
    valuesOf(slots, me),
  );
  const byName = new Map(rows.map((row) => [row.resource, row]));
  return scopes.flatMap(({ resource }) => {
    const row = byName.get(resource.name);
    return row?.count ? [{ resource, hits: row.hits, count: row.count }] : [];
  });
}

function foundSql({ resource, ownOnly }: Scope, words: readonly string[], slots: Slot[], page: string): string {
  const statement = new Statement(resource, slots);
  const where = whereSql([...visibleSql(statement, ownOnly), ...searchSql(statement, words)]);
  const label = `coalesce(${statement.path('$label')}, '')`;
  const fields = resource.search.map((path) => `${statement.path(path)}::text`);
  const columns = `t.id, ${label} AS label, concat_ws(' · ', ${fields.join(', ')}) AS description, 0.5 AS rank`;
  const from = statement.from();
  return `SELECT ${literal(resource.name)} AS resource, (SELECT count(*)::int ${from}${where}) AS count,
    (SELECT coalesce(json_agg(hit), '[]') FROM (SELECT ${columns} ${from}${where} ORDER BY label, id ${page}) AS hit) AS hits`;
}
