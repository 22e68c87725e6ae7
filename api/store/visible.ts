import { quoted, type Statement } from './statement.ts';

/** The conditions under which a row counts as there at all, for this caller. */
export function visibleSql(statement: Statement, ownOnly: boolean): string[] {
  const { resource, alias } = statement;
  const conditions: string[] = [];
  if (resource.softDelete) conditions.push(`${alias}.${quoted(resource.softDelete)} IS NULL`);
  if (ownOnly) conditions.push(resource.own ? `(${statement.fill(resource.own.sql)})` : 'false');
  return conditions;
}

export const whereSql = (conditions: readonly string[]): string =>
  conditions.length > 0 ? ` WHERE ${conditions.join(' AND ')}` : '';
