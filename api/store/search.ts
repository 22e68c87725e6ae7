import type pg from 'pg';
import type { Resource } from '../resources/declaration.ts';
import { correctWords } from './correct.ts';
import { findEnds, type Match, matchSql, rankSql } from './match.ts';
import { literal } from './projection.ts';
import { describedBy, type Scope } from './searched.ts';
import { type Slot, Statement, valuesOf } from './statement.ts';
import { visibleSql, whereSql } from './visible.ts';

export { wordsOf } from './match.ts';

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

/** Looks through resources; when nothing is found, for the nearest words instead. No words find nothing. */
export async function searchIn(
  db: pg.Pool,
  scopes: readonly Scope[],
  words: readonly string[],
  me: number | null,
  wishes: SearchWishes,
): Promise<Found[]> {
  if (words.length === 0 || scopes.length === 0) return [];
  const found = await findIn(db, scopes, words, me, wishes);
  if (found.length > 0) return found;
  const mended = await correctWords(db, scopes, words, me);
  return mended ? findIn(db, scopes, mended, me, wishes) : [];
}

async function findIn(
  db: pg.Pool,
  scopes: readonly Scope[],
  words: readonly string[],
  me: number | null,
  { limit = 10, offset = 0 }: SearchWishes,
): Promise<Found[]> {
  const matches = await findEnds(db, scopes, words);
  const slots: Slot[] = [];
  const page = `LIMIT ${Math.trunc(limit)} OFFSET ${Math.trunc(offset)}`;
  const texts = scopes.map((scope) => `(${foundSql(scope, matches.get(scope.resource) ?? [], slots, page)})`);
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

/** All that match are ranked; names are put together for those shown alone. */
function foundSql({ resource, ownOnly, paths }: Scope, matches: readonly Match[], slots: Slot[], page: string): string {
  const statement = new Statement(resource, slots);
  const where = whereSql([...visibleSql(statement, ownOnly), ...matchSql(statement, paths, matches)]);
  const rank = rankSql(
    statement,
    paths,
    matches.map(({ word }) => word),
  );
  const ranked = `SELECT t.id, ${rank} AS rank ${statement.from()}${where}`;
  const shown = new Statement(resource, slots);
  const label = `coalesce(${shown.path('$label')}, '')`;
  const hits = `SELECT t.id, ${label} AS label, ${describedBy(shown, paths)} AS description, best.rank`;
  return `WITH ranked AS MATERIALIZED (${ranked}), best AS (SELECT * FROM ranked ORDER BY rank DESC, id ${page})
    SELECT ${literal(resource.name)} AS resource, (SELECT count(*)::int FROM ranked) AS count,
    (SELECT coalesce(json_agg(hit), '[]') FROM (
      ${hits} ${shown.from()} JOIN best ON best.id = t.id ORDER BY best.rank DESC, label, t.id) AS hit) AS hits`;
}
