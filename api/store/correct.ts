import type pg from 'pg';
import { findEnds } from './ends.ts';
import { matchSql } from './match.ts';
import { byPrefix, placeOf, resourceAt, type Scope, testAt } from './searched.ts';
import { type Slot, Statement, valuesOf } from './statement.ts';
import { visibleSql, whereSql } from './visible.ts';

/** Texts that are looked at for a nearer word, of each place. */
const texts = 120;

/** Words that are mended at most. */
const mendable = 3;

/** What is corrected: whole words of letters. A code or an address that is nearly right is another one. */
const correctable = /^\p{L}{4,40}$/u;

/**
 * Words mended where they stand nowhere in what the caller sees: by two letters changed round, else by the nearest word
 * there is. Null when none of them can be mended.
 * @param nowhere it is known already that none of them stands anywhere
 */
export async function correctWords(
  db: pg.Pool,
  scopes: readonly Scope[],
  words: readonly string[],
  me: number | null,
  nowhere = false,
): Promise<string[] | null> {
  const doubtful = [...new Set(words.filter((word) => correctable.test(word)))].slice(0, mendable);
  if (doubtful.length === 0) return null;
  const once = withoutRepeats(scopes);
  const standing = nowhere ? new Set() : await whichStand(db, once, doubtful, me);
  const mended = new Map<string, string>();
  for (const word of doubtful.filter((one) => !standing.has(one))) {
    const near = await nearestTo(db, once, word.toLowerCase(), me);
    if (near !== null) mended.set(word, near);
  }
  return mended.size > 0 ? words.map((word) => mended.get(word) ?? word) : null;
}

/** The same without what lies behind references and is looked through at its own resource as well. */
function withoutRepeats(scopes: readonly Scope[]): Scope[] {
  const whole = new Map(scopes.filter(({ ownOnly }) => !ownOnly).map((scope) => [scope.resource, scope.paths]));
  return scopes.map((scope) => ({
    ...scope,
    paths: scope.paths.filter((path) => {
      const dot = path.lastIndexOf('.');
      if (dot < 0) return true;
      return !whole.get(resourceAt(scope.resource, path.slice(0, dot)))?.includes(path.slice(dot + 1));
    }),
  }));
}

/** A short word with two neighbours changed round, each way; of longer ones enough stays alike to be found as near. */
function swapsOf(word: string): string[] {
  if (word.length > 6) return [];
  const swaps = Array.from(
    { length: word.length - 1 },
    (_, n) => word.slice(0, n) + word[n + 1] + word[n] + word.slice(n + 2),
  );
  return swaps.filter((swap) => swap !== word);
}

/** Those of the words that stand in any row that the caller sees. */
async function whichStand(
  db: pg.Pool,
  scopes: readonly Scope[],
  words: readonly string[],
  me: number | null,
): Promise<ReadonlySet<string>> {
  const matches = await findEnds(db, scopes, words);
  const slots: Slot[] = [];
  const columns = words.map((_, n) => {
    const anywhere = scopes.map(({ resource, ownOnly, paths }) => {
      const statement = new Statement(resource, slots);
      const word = matches.get(resource)?.[n];
      const where = [...visibleSql(statement, ownOnly), ...matchSql(statement, paths, word ? [word] : [])];
      return `EXISTS (SELECT 1 ${statement.from()}${whereSql(where)})`;
    });
    return anywhere.join(' OR ');
  });
  const { rows } = await db.query<boolean[]>({
    text: `SELECT ${columns.map((column, n) => `(${column}) AS word${n}`).join(', ')}`,
    values: valuesOf(slots, me),
    rowMode: 'array',
  });
  return new Set(words.filter((_, n) => rows[0]?.[n]));
}

/** The word nearest to this one among those that the caller sees. */
async function nearestTo(
  db: pg.Pool,
  scopes: readonly Scope[],
  word: string,
  me: number | null,
): Promise<string | null> {
  const swaps = swapsOf(word);
  const slots: Slot[] = [{ value: word }, { value: swaps }];
  // The index serves one LIKE each; it would not serve a list of them.
  const patterns = swaps.map((swap) => `$${slots.push({ value: `%${swap}%` })}::text`);
  const near = (text: string) =>
    `(${[`${text} %> $1::text`, ...patterns.map((pattern) => `${text} LIKE ${pattern}`)].join(' OR ')})`;
  const places = scopes.flatMap(({ resource, ownOnly, paths }) => {
    const groups = resource.searchText ? [...byPrefix(paths)] : paths.length > 0 ? [['', paths] as const] : [];
    return groups.map(([prefix, names]) => {
      const statement = new Statement(resource, slots);
      const place = placeOf(statement, prefix, names);
      // The kept text alone decides, so that no more rows are looked at than are taken.
      const isNear = place.kept ? near(place.kept) : testAt(place, near);
      const where = whereSql([isNear, ...visibleSql(statement, ownOnly)]);
      const text = place.kept && !place.more ? place.kept : `concat_ws(' ', ${place.each.join(', ')})`;
      return `(SELECT ${text} AS text ${statement.from()}${where} LIMIT ${texts})`;
    });
  });
  if (places.length === 0) return null;
  const { rows } = await db.query<{ word: string }>(
    `SELECT coalesce(swapped, token) AS word FROM (
       SELECT token, (SELECT s FROM unnest($2::text[]) AS s WHERE position(s IN token) > 0 LIMIT 1) AS swapped FROM (
         SELECT DISTINCT (regexp_matches(text, '[[:alpha:]]{3,}', 'g'))[1] AS token
         FROM (${places.join(' UNION ALL ')}) AS texts) AS tokens) AS candidates
     WHERE swapped IS NOT NULL OR similarity(token, $1) > 0.3
     ORDER BY swapped IS NULL, similarity(token, $1) DESC, token LIMIT 1`,
    valuesOf(slots, me),
  );
  return rows[0]?.word ?? null;
}
