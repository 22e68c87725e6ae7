import type pg from 'pg';
import type { Resource } from '../resources/declaration.ts';
import { resourceNamed } from '../resources/index.ts';
import { type Behind, byPrefix, dividePaths, placeOf, type Scope, testAt } from './searched.ts';
import { type Slot, Statement, valuesOf } from './statement.ts';
import { partOf } from './words.ts';

/** Ids of the rows behind a reference in which a word stands; null when they are too many to be named. */
type Ends = readonly number[] | null;

/** A word as a resource's rows are asked for it: with what was found behind each reference. */
export interface Match {
  readonly word: string;
  readonly ends: ReadonlyMap<string, Ends>;
}

/** Ids that are named at most; where a word leads to more rows, walking through the table is as quick. */
const named = 5_000;

/**
 * Looks up behind which references words stand, for several resources in one statement. With the ids at hand PostgreSQL
 * can join the index on the reference to that on the text: an OR across tables would read the whole table.
 */
export async function findEnds(
  db: pg.Pool,
  scopes: readonly Scope[],
  words: readonly string[],
): Promise<ReadonlyMap<Resource, readonly Match[]>> {
  const looks = new Map<string, Look>();
  // Several resources may lead to one: NICs, cards and bookings to their hosts. It is looked through once for all.
  const look = (target: Resource, prefix: string, names: readonly string[], word: string) => {
    const key = JSON.stringify([target.name, prefix, word]);
    const known = looks.get(key) ?? { target, prefix, word, each: [] };
    looks.set(key, known);
    const at = known.each.findIndex((one) => one.join() === names.join());
    return { key, flag: at < 0 ? known.each.push(names) - 1 : at };
  };
  const asked = scopes.map(({ resource, paths }) => ({
    resource,
    words: words.map((word) => ({
      word,
      looks: (resource.searchText ? dividePaths(paths).behind : []).map((one) => {
        const target = targetOf(resource, one);
        return [
          one.reference,
          [...byPrefix(one.paths)].map(([prefix, names]) => look(target, prefix, names, word)),
        ] as const;
      }),
    })),
  }));
  const found = await readLooks(db, looks);
  const ends = (of: readonly { key: string; flag: number }[]): Ends => {
    const ids = new Set<number>();
    for (const { key, flag } of of) {
      const rows = found.get(key) ?? [];
      if (rows.length > named) return null;
      for (const [id = 0, flags = 0] of rows) if (flags & (1 << flag)) ids.add(id);
    }
    return [...ids];
  };
  return new Map(
    asked.map((one) => [
      one.resource,
      one.words.map(({ word, looks }) => ({ word, ends: new Map(looks.map(([name, of]) => [name, ends(of)])) })),
    ]),
  );
}

/** A resource to be looked through for a word: at a prefix, in several choices of fields. */
interface Look {
  readonly target: Resource;
  readonly prefix: string;
  readonly word: string;
  readonly each: (readonly string[])[];
}

/** What was found, by key: the id of a row and, a bit each, in which of the choices the word stands. */
async function readLooks(db: pg.Pool, looks: ReadonlyMap<string, Look>): Promise<ReadonlyMap<string, number[][]>> {
  if (looks.size === 0) return new Map();
  const slots: Slot[] = [];
  const columns = [...looks.values()].map(({ target, prefix, word, each }) => {
    const statement = new Statement(target, slots);
    const flagOf = (names: readonly string[], n: number) =>
      each.length > 1 ? `(${standsSql(statement, prefix, names, word)})::int * ${1 << n}` : '1';
    const flags = each.map(flagOf).join(' + ');
    const stands = standsSql(statement, prefix, [...new Set(each.flat())], word);
    return `ARRAY(SELECT ARRAY[t.id, ${flags}] ${statement.from()} WHERE ${stands} LIMIT ${named + 1})`;
  });
  const { rows } = await db.query<number[][][]>({
    text: `SELECT ${columns.join(', ')}`,
    values: valuesOf(slots, null),
    rowMode: 'array',
  });
  return new Map([...looks.keys()].map((key, n) => [key, rows[0]?.[n] ?? []]));
}

/** A SELECT of the ids of the rows behind a reference in which the word stands. */
export function endsSql(resource: Resource, behind: Behind, word: string, slots: Slot[]): string {
  return [...byPrefix(behind.paths)]
    .map(([prefix, names]) => {
      const statement = new Statement(targetOf(resource, behind), slots);
      const stands = standsSql(statement, prefix, names, word);
      return `SELECT t.id ${statement.from()} WHERE ${stands}`;
    })
    .join(' UNION ALL ');
}

function standsSql(statement: Statement, prefix: string, names: readonly string[], word: string): string {
  const pattern = partOf(statement, word);
  return testAt(placeOf(statement, prefix, names), (text) => `${text} LIKE ${pattern}`);
}

const targetOf = (resource: Resource, { reference }: Behind): Resource =>
  resourceNamed(resource.fields[reference]?.target ?? '');
