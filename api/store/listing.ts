import { conditionSql } from './condition.ts';
import { type Match, matchSql } from './match.ts';
import { behindSql, orderKeys, orderSql } from './order.ts';
import type { Projection } from './projection.ts';
import type { Query } from './query.ts';
import type { Sight } from './sight.ts';
import { Statement } from './statement.ts';
import { visibleSql, whereSql } from './visible.ts';

/** What words were found behind references, and where else they are looked for; null when nobody looks for words. */
export type Matches = { readonly paths: readonly string[]; readonly of: readonly Match[] } | null;

/** The conditions under which a projection shows a row to this caller. */
export const shownSql = (statement: Statement, { only }: Projection, ownOnly: boolean): string[] => [
  ...visibleSql(statement, ownOnly),
  ...(only ? [`(${statement.fill(only)})`] : []),
];

/** What a list's statement follows from, beside its query. */
export interface Asked {
  readonly projection: Projection;
  readonly ownOnly: boolean;
  readonly sight: Sight;
  readonly matches: Matches;
}

/** A list's statement before anything is selected: its conditions, its order, and its SQL from FROM on. */
export function listing({ projection, ownOnly, sight, matches }: Asked, query: Query) {
  const statement = new Statement(projection.resource);
  const where = [
    ...shownSql(statement, projection, ownOnly),
    ...query.where.map((condition) => conditionSql(statement, condition, sight)),
    ...(matches ? matchSql(statement, matches.paths, matches.of) : []),
  ];
  const keys = orderKeys(statement, query.order, sight);
  /** Call it when the columns are known: they may need joins. `after`: the place behind which the rows stand. */
  const rows = (after: readonly (string | null)[] | null) => {
    const behind = after ? [behindSql(statement, keys, after)] : [];
    return `${statement.from()}${whereSql([...where, ...behind])} ORDER BY ${orderSql(keys)}`;
  };
  /** Rows under other conditions, in the same order: of such as were found before. */
  const these = (conditions: readonly string[]) =>
    `${statement.from()}${whereSql(conditions)} ORDER BY ${orderSql(keys)}`;
  return { statement, where, keys, rows, these };
}

export type Listing = ReturnType<typeof listing>;
