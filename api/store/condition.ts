import type { Resource } from '../resources/declaration.ts';
import type { Condition } from './query.ts';
import { Forbidden } from './refusals.ts';
import { scopeOf } from './searched.ts';
import { blind, type Sight } from './sight.ts';
import { spanSql } from './span.ts';
import { fieldAt, type Statement, typeOf } from './statement.ts';
import { visibleSql, whereSql } from './visible.ts';
import { asksOf, reachOf } from './within-sight.ts';
import { likeText } from './words.ts';

const operators = { eq: '=', lt: '<', lte: '<=', gt: '>', gte: '>=' } as const;

/**
 * SQL of a condition; its values become parameters of the statement. Conditions on other rows, or on values of theirs,
 * count those alone that the caller sees.
 * @throws Forbidden when they see none of that kind
 */
export function conditionSql(statement: Statement, condition: Condition, sight: Sight = blind): string {
  const own = pathsOf(condition).flatMap((path) => ownOnTheWay(statement.resource, path, sight));
  const sql = plainSql(statement, condition, sight);
  if (own.length === 0) return sql;
  return `(${own.map((row) => statement.path(`${row}.$own`)).join(' AND ')} AND ${sql})`;
}

/** The paths whose values a condition asks about. What a row is to the caller themself is theirs to ask. */
function pathsOf(condition: Condition): string[] {
  if (condition.op === 'sql') return asksOf(condition.sql);
  return 'path' in condition ? [condition.path] : [];
}

/** Rows on the way to a path that have to be the caller's own. @throws Forbidden when they may not read it at all */
function ownOnTheWay(resource: Resource, path: string, sight: Sight): readonly string[] {
  const reach = reachOf(resource, path, sight);
  if ('hidden' in reach) throw notTheirs(reach.hidden);
  return reach.own;
}

const notTheirs = ({ title }: Resource) =>
  new Forbidden('role', [], `This asks about ${title[1].toLowerCase()}, which you may not view.`);

function plainSql(statement: Statement, condition: Condition, sight: Sight): string {
  switch (condition.op) {
    case 'and':
    case 'or':
      if (condition.of.length === 0) return condition.op === 'and' ? 'true' : 'false';
      return `(${condition.of.map((one) => conditionSql(statement, one, sight)).join(condition.op === 'and' ? ' AND ' : ' OR ')})`;
    case 'not':
      return `NOT coalesce(${conditionSql(statement, condition.of, sight)}, false)`;
    case 'null':
      return `${statement.path(condition.path)} IS NULL`;
    case 'in':
      return `${statement.path(condition.path)} = ANY(${statement.bind({ value: condition.values }, `${typeAt(statement, condition.path)}[]`)})`;
    case 'sql': {
      if (condition.value === undefined) return `(${statement.fill(condition.sql)})`;
      const value = statement.bind({ value: condition.value }, condition.type ?? 'text');
      return `(${statement.fill(condition.sql, value)})`;
    }
    case 'iexact':
      return `lower(${statement.path(condition.path)}::text) = lower(${statement.bind({ value: condition.value }, 'text')})`;
    case 'contains':
      return patternSql(statement, condition.path, `%${likeText(String(condition.value))}%`);
    case 'starts':
      return patternSql(statement, condition.path, `${likeText(String(condition.value))}%`);
    case 'ends':
      return patternSql(statement, condition.path, `%${likeText(String(condition.value))}`);
    case 'like':
      return patternSql(statement, condition.path, String(condition.value));
    case 'regex':
      return `${statement.path(condition.path)}::text ~* ${statement.bind({ value: condition.value }, 'text')}`;
    case 'overlaps':
      return `${statement.path(condition.path)} && ${statement.bind({ value: condition.values }, typeAt(statement, condition.path))}`;
    case 'empty':
      return `coalesce(cardinality(${statement.path(condition.path)}), 0) = 0`;
    case 'span':
      return spanSql(statement, condition);
    case 'anywhere': {
      const { paths } = scopeOf(statement.resource, false, sight);
      const { match, value, beside = [] } = condition;
      const of = [...beside, ...paths].map((path) => ({ op: match, path, value }) as const);
      return conditionSql(statement, { op: 'or', of }, sight);
    }
    case 'through':
    case 'some':
      return relatedSql(statement, condition, sight);
    default: {
      const path = statement.path(condition.path);
      return `${path} ${operators[condition.op]} ${statement.bind({ value: condition.value }, typeAt(statement, condition.path))}`;
    }
  }
}

type Related = Extract<Condition, { op: 'through' | 'some' }>;

/** Whether there is such a row at the other end of a relation, among those that the caller sees. */
function relatedSql(statement: Statement, condition: Related, sight: Sight): string {
  const { resource } = condition;
  const seen = sight(resource);
  if (seen === 'nothing') throw notTheirs(resource);
  const part = statement.part(resource);
  const [from, to, field] =
    condition.op === 'through'
      ? [part.path('id'), statement.path(condition.path), fieldAt(statement.resource, condition.path)]
      : [statement.path('id'), part.path(condition.field), resource.fields[condition.field]];
  const linked = field?.kind === 'many' ? `${from} = ANY(${to})` : `${from} = ${to}`;
  const where = [linked, ...visibleSql(part, seen === 'own'), conditionSql(part, condition.of, sight)];
  return `EXISTS (SELECT 1 ${part.from()}${whereSql(where)})`;
}

const patternSql = (statement: Statement, path: string, pattern: string): string =>
  `${textSql(statement, path)} ILIKE ${statement.bind({ value: pattern }, 'text')}`;

/** A value as faces print it, to be compared as text. */
function textSql(statement: Statement, path: string): string {
  const sql = statement.path(path);
  return fieldAt(statement.resource, path)?.kind === 'address' ? `host(${sql})` : `${sql}::text`;
}

function typeAt(statement: Statement, path: string): string {
  const field = fieldAt(statement.resource, path);
  if (field) return typeOf(field);
  return path.endsWith('$label') ? 'text' : 'int';
}
