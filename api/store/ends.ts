import type pg from 'pg';
import type { Resource } from '../resources/declaration.ts';
import { resourceNamed } from '../resources/index.ts';
import { type Held, type Look, readLooks, standsSql } from './looks.ts';
import { type Behind, byPrefix, dividePaths, type Scope } from './searched.ts';
import { type Slot, Statement } from './statement.ts';

/** The rows behind a reference in which a word stands. */
interface Ends {
  readonly ids: readonly number[];
  /** Whether these are all; very many are not looked up. */
  readonly all: boolean;
}

/** A word as a resource's rows are asked for it: with what was found behind each reference. */
export interface Match {
  readonly word: string;
  readonly ends: ReadonlyMap<string, Ends>;
  /** The rows in which it stands itself, where they were seen on the way. */
  readonly held: Held | null;
}

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
  // Whoever is looked through anyway is counted on the way, so that its rows are looked up once.
  const counted = new Set(words.length === 1 ? scopes.map(({ resource }) => resource) : []);
  // Several resources may lead to one: NICs, cards and bookings to their hosts. It is looked through once for all.
  const keyOf = (target: Resource, prefix: string, word: string) => JSON.stringify([target.name, prefix, word]);
  const look = (from: Resource, target: Resource, prefix: string, names: readonly string[], word: string) => {
    const key = keyOf(target, prefix, word);
    const made = { target, prefix, word, each: [], from: new Set<Resource>(), counts: counted.has(target) };
    const known = looks.get(key) ?? made;
    looks.set(key, known);
    known.from.add(from);
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
          [...byPrefix(one.paths)].map(([prefix, names]) => look(resource, target, prefix, names, word)),
        ] as const;
      }),
    })),
  }));
  const found = await readLooks(db, looks);
  const ends = (of: readonly { key: string; flag: number }[]): Ends => {
    const ids = new Set<number>();
    let all = true;
    for (const { key, flag } of of) {
      const rows = found.get(key);
      if (!rows) continue;
      all &&= rows.whole;
      for (const [n, id] of rows.ids.entries()) if ((rows.flags[n] ?? 0) & (1 << flag)) ids.add(id);
    }
    return { ids: [...ids], all };
  };
  return new Map(
    asked.map(({ resource, words }) => [
      resource,
      words.map(({ word, looks }) => ({
        word,
        ends: new Map(looks.map(([name, of]) => [name, ends(of)])),
        held: found.get(keyOf(resource, '', word))?.held ?? null,
      })),
    ]),
  );
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

/** SQL that holds for a row that refers to one in which the word stands: that one is read. */
export function endSql(statement: Statement, behind: Behind, word: string): string {
  const key = statement.path(behind.reference);
  const each = [...byPrefix(behind.paths)].map(([prefix, names]) => {
    const end = statement.part(targetOf(statement.resource, behind));
    const stands = standsSql(end, prefix, names, word);
    return `(SELECT true ${end.from()} WHERE ${end.path('id')} = ${key} AND ${stands}) IS TRUE`;
  });
  return `(${each.join(' OR ')})`;
}

const targetOf = (resource: Resource, { reference }: Behind): Resource =>
  resourceNamed(resource.fields[reference]?.target ?? '');
