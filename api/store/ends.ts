import type pg from 'pg';
import type { Resource } from '../resources/declaration.ts';
import { resourceNamed } from '../resources/index.ts';
import { type Behind, byPrefix, dividePaths, mayHold, placeOf, resourceAt, type Scope, testAt } from './searched.ts';
import { type Slot, Statement, valuesOf } from './statement.ts';
import { partOf } from './words.ts';

/** Ids of the rows behind a reference in which a word stands; null when they are too many to be named. */
type Ends = readonly number[] | null;

/** A word as a resource's rows are asked for it: with what was found behind each reference. */
export interface Match {
  readonly word: string;
  readonly ends: ReadonlyMap<string, Ends>;
}

/** So many rows of a resource are counted one by one; more are estimated. */
export const countedUpTo = 20_000;

/** Ids that are named at most; where a word leads to more rows, walking through the table is as quick. */
const named = 5_000;

/** What looking behind references brought. */
export interface FoundEnds {
  readonly matches: ReadonlyMap<Resource, readonly Match[]>;
  /** In how many rows of a resource the only word stands, where that was seen on the way; {@link countedUpTo} at most. */
  readonly standing: ReadonlyMap<Resource, number>;
}

/**
 * Looks up behind which references words stand, for several resources in one statement. With the ids at hand PostgreSQL
 * can join the index on the reference to that on the text: an OR across tables would read the whole table.
 */
export async function findEnds(db: pg.Pool, scopes: readonly Scope[], words: readonly string[]): Promise<FoundEnds> {
  const looks = new Map<string, Look>();
  // Whoever is looked through anyway is counted on the way, so that its rows are looked up once. Less than three
  // letters stand nearly everywhere: of those, no more is looked at than is named.
  const [only = '', ...others] = words;
  const counts = others.length === 0 && only.length >= 3;
  const searched = new Set(counts ? scopes.map(({ resource }) => resource) : []);
  // Several resources may lead to one: NICs, cards and bookings to their hosts. It is looked through once for all.
  const look = (target: Resource, prefix: string, names: readonly string[], word: string) => {
    const key = JSON.stringify([target.name, prefix, word]);
    const known = looks.get(key) ?? { target, prefix, word, each: [], counts: searched.has(target) };
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
      const rows = found.get(key)?.rows ?? [];
      if (rows.length > named) return null;
      for (const [id = 0, flags = 0] of rows) if (flags & (1 << flag)) ids.add(id);
    }
    return [...ids];
  };
  const matches = new Map(
    asked.map((one) => [
      one.resource,
      one.words.map(({ word, looks }) => ({ word, ends: new Map(looks.map(([name, of]) => [name, ends(of)])) })),
    ]),
  );
  const standing = new Map<Resource, number>();
  for (const [key, { target }] of looks) {
    const all = found.get(key)?.all ?? null;
    if (all !== null) standing.set(target, all);
  }
  return { matches, standing };
}

/** A resource to be looked through for a word: at a prefix, in several choices of fields. */
interface Look {
  readonly target: Resource;
  readonly prefix: string;
  readonly word: string;
  readonly each: (readonly string[])[];
  /** All rows in which the word stands are counted as well. */
  readonly counts: boolean;
}

/** What was found of a look. */
interface Looked {
  /** The id of a row and, a bit each, in which of the choices the word stands. */
  readonly rows: readonly (readonly number[])[];
  /** In how many rows it stands anywhere; null where nobody counted. */
  readonly all: number | null;
}

/** What was found, by key. */
async function readLooks(db: pg.Pool, looks: ReadonlyMap<string, Look>): Promise<ReadonlyMap<string, Looked>> {
  if (looks.size === 0) return new Map();
  const slots: Slot[] = [];
  const columns = [...looks.values()].map((look) => {
    const statement = new Statement(look.target, slots);
    return keptBesides(statement, look) ? countedLook(statement, look) : plainLook(statement, look);
  });
  const { rows } = await db.query<(number[][] | Looked)[]>({
    text: `SELECT ${columns.join(', ')}`,
    values: valuesOf(slots, null),
    rowMode: 'array',
  });
  const looked = ([...looks.keys()] as const).map((key, n) => {
    const found = rows[0]?.[n] ?? [];
    return [key, 'rows' in found ? found : { rows: found, all: null }] as const;
  });
  return new Map(looked);
}

/** Whether the table keeps more text than the fields that are looked at: then its rows are worth a count. */
const keptBesides = (statement: Statement, { prefix, each, counts }: Look): boolean =>
  counts && prefix === '' && placeOf(statement, '', each.flat()).more;

/** SQL of the rows in which the word stands where it is looked for. */
function plainLook(statement: Statement, { prefix, word, each }: Look): string {
  const flags = each.length > 1 ? flagsOf(statement, prefix, each, word) : '1';
  const stands = standsSql(statement, prefix, [...new Set(each.flat())], word);
  return `ARRAY(SELECT ARRAY[t.id, ${flags}] ${statement.from()} WHERE ${stands} LIMIT ${named + 1})`;
}

/** The same, with how many rows hold it at all. */
function countedLook(statement: Statement, { word, each }: Look): string {
  const place = placeOf(statement, '', each.flat());
  const holds = `${place.kept} LIKE ${partOf(statement, word)}`;
  const flags = flagsOf(statement, '', each, word);
  const rows = `SELECT t.id, ${flags} AS flags ${statement.from()} WHERE ${holds} LIMIT ${countedUpTo + 1}`;
  const those = `(array_agg(ARRAY[id, flags]) FILTER (WHERE flags > 0))[:${named + 1}]`;
  return `(SELECT json_build_object('all', count(*), 'rows', coalesce(to_json(${those}), '[]')) FROM (${rows}) AS looked)`;
}

/** SQL of the bits that say in which of the choices the word stands. */
function flagsOf(statement: Statement, prefix: string, each: Look['each'], word: string): string {
  const bits = new Map<string, number>();
  const fields = fieldsAt(statement, prefix);
  for (const [n, names] of each.entries()) {
    // Where an address is left out, two choices may come to the same.
    const left = names.filter((name) => mayHold(fields[name], word)).join();
    bits.set(left, (bits.get(left) ?? 0) + (1 << n));
  }
  return [...bits]
    .map(
      ([names, flags]) => `(${standsSql(statement, prefix, names.split(',').filter(Boolean), word)})::int * ${flags}`,
    )
    .join(' + ');
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

function standsSql(statement: Statement, prefix: string, all: readonly string[], word: string): string {
  const fields = fieldsAt(statement, prefix);
  const names = all.filter((name) => mayHold(fields[name], word));
  if (names.length === 0) return 'false';
  const pattern = partOf(statement, word);
  return testAt(placeOf(statement, prefix, names), (text) => `${text} LIKE ${pattern}`);
}

const fieldsAt = ({ resource }: Statement, prefix: string): Resource['fields'] =>
  (prefix === '' ? resource : resourceAt(resource, prefix)).fields;

const targetOf = (resource: Resource, { reference }: Behind): Resource =>
  resourceNamed(resource.fields[reference]?.target ?? '');
