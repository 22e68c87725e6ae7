import type pg from 'pg';
import type { Resource } from '../resources/declaration.ts';
import { mayHold, placeOf, resourceAt, testAt } from './searched.ts';
import { type Slot, Statement, valuesOf } from './statement.ts';
import { countedUpTo, keptHolds, partOf } from './words.ts';

/** So many rows are ranked one by one. */
export const rankedUpTo = 1000;

/** Ids that are looked up at most; where a word leads to more rows, walking through the table is as quick. */
export const named = 5_000;

/** A resource to be looked through for a word: at a prefix, in several choices of fields. */
export interface Look {
  readonly target: Resource;
  readonly prefix: string;
  readonly word: string;
  readonly each: (readonly string[])[];
  /** Who refers there: while none of them has rows, nothing is looked for. */
  readonly from: Set<Resource>;
  /** All rows in which the word stands are counted as well. */
  readonly counts: boolean;
}

/** The rows of a resource in whose own text a word stands. */
export interface Held {
  /** How many they are; {@link countedUpTo} and one at most. */
  readonly count: number;
  /** All of them, where they are no more than {@link rankedUpTo}. */
  readonly ids: readonly number[] | null;
}

/** What was found of a look. */
interface Looked {
  readonly ids: readonly number[];
  /** Whether all rows were looked at, and these are all. */
  readonly whole: boolean;
  /** A bit each: in which of the choices the word stands in the row of that id. */
  readonly flags: readonly number[];
  /** Null where nobody counted. */
  readonly held: Held | null;
}

/** A look that was counted, as PostgreSQL prints it: null for no rows. */
interface CountedLook {
  readonly count: number;
  readonly all: readonly number[] | null;
  readonly ids: readonly number[] | null;
  readonly flags: readonly number[] | null;
}

/** What was found, by key. */
export async function readLooks(db: pg.Pool, looks: ReadonlyMap<string, Look>): Promise<ReadonlyMap<string, Looked>> {
  if (looks.size === 0) return new Map();
  const slots: Slot[] = [];
  const columns = [...looks.values()].map((look) => {
    const statement = new Statement(look.target, slots);
    return keptBesides(statement, look) ? countedLook(statement, look) : plainLook(statement, look);
  });
  const { rows } = await db.query<(number[][] | CountedLook)[]>({
    text: `SELECT ${columns.join(', ')}`,
    values: valuesOf(slots, null),
    rowMode: 'array',
  });
  return new Map([...looks].map(([key, look], n) => [key, lookedOf(rows[0]?.[n] ?? [], look)]));
}

function lookedOf(found: number[][] | CountedLook, { word }: Look): Looked {
  if (!('count' in found)) {
    const whole = found.length <= named;
    return { ids: found.map(([id = 0]) => id), flags: found.map(([, flags = 0]) => flags), whole, held: null };
  }
  const { count, all, ids, flags } = found;
  const whole = count <= countedUpTo([word]) && (ids ?? []).length <= named;
  const held = { count, ids: count <= rankedUpTo ? (all ?? []) : null };
  return { ids: ids ?? [], flags: flags ?? [], whole, held };
}

/** Whether the table keeps more text than the fields that are looked at: then its rows are worth a count. */
const keptBesides = (statement: Statement, { prefix, each, counts }: Look): boolean =>
  counts && prefix === '' && placeOf(statement, '', each.flat()).more;

/** SQL of the rows in which the word stands where it is looked for. */
function plainLook(statement: Statement, look: Look): string {
  const { prefix, word, each } = look;
  const flags = each.length > 1 ? flagsOf(statement, prefix, each, word) : '1';
  const stands = standsSql(statement, prefix, [...new Set(each.flat())], word);
  const rows = `SELECT ARRAY[t.id, ${flags}] ${statement.from()} WHERE ${stands} LIMIT ${named + 1}`;
  return `CASE WHEN ${wantedSql(look)} THEN ARRAY(${rows}) ELSE '{}' END`;
}

/** The same, with all the rows that hold it. */
function countedLook(statement: Statement, look: Look): string {
  const { word, each } = look;
  const place = placeOf(statement, '', each.flat());
  const holds = keptHolds(statement, place.kept ?? '', word);
  const flags = `CASE WHEN ${wantedSql(look)} THEN ${flagsOf(statement, '', each, word, true)} ELSE 0 END`;
  const rows = `SELECT t.id, ${flags} AS flags ${statement.from()} WHERE ${holds} LIMIT ${countedUpTo([word]) + 1}`;
  const flagged = (name: string) => `to_json((array_agg(${name}) FILTER (WHERE flags > 0))[:${named + 1}])`;
  const all = `CASE WHEN count(*) <= ${rankedUpTo} THEN to_json(array_agg(id)) END`;
  return `(SELECT json_build_object('count', count(*), 'all', ${all},
    'ids', ${flagged('id')}, 'flags', ${flagged('flags')}) FROM (${rows}) AS looked)`;
}

/** SQL that holds when there is a row that could refer to what is found. */
const wantedSql = ({ from }: Look): string =>
  `(SELECT ${[...from].map(({ table }) => `EXISTS (SELECT FROM ${table})`).join(' OR ')})`;

/**
 * SQL of the bits that say in which of the choices the word stands.
 * @param held the kept text is known to hold it
 */
function flagsOf(statement: Statement, prefix: string, each: Look['each'], word: string, held = false): string {
  const bits = new Map<string, number>();
  const fields = fieldsAt(statement, prefix);
  for (const [n, names] of each.entries()) {
    // Where an address is left out, two choices may come to the same.
    const left = names.filter((name) => mayHold(fields[name], word)).join();
    bits.set(left, (bits.get(left) ?? 0) + (1 << n));
  }
  return [...bits]
    .map(
      ([names, flags]) =>
        `(${standsSql(statement, prefix, names.split(',').filter(Boolean), word, held)})::int * ${flags}`,
    )
    .join(' + ');
}

/** SQL that holds for rows in which the word stands in any of the fields. */
export function standsSql(
  statement: Statement,
  prefix: string,
  all: readonly string[],
  word: string,
  held = false,
): string {
  const fields = fieldsAt(statement, prefix);
  const names = all.filter((name) => mayHold(fields[name], word));
  if (names.length === 0) return 'false';
  const pattern = partOf(statement, word);
  const place = placeOf(statement, prefix, names);
  return testAt(held && place.more ? { ...place, kept: null } : place, (text) => `${text} LIKE ${pattern}`);
}

const fieldsAt = ({ resource }: Statement, prefix: string): Resource['fields'] =>
  (prefix === '' ? resource : resourceAt(resource, prefix)).fields;
