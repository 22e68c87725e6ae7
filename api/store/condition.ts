import type { Condition } from './query.ts';
import { fieldAt, type Statement, typeOf } from './statement.ts';

const operators = { eq: '=', lt: '<', lte: '<=', gt: '>', gte: '>=' } as const;

/** SQL of a condition; its values become parameters of the statement. */
export function conditionSql(statement: Statement, condition: Condition): string {
  switch (condition.op) {
    case 'and':
    case 'or':
      if (condition.of.length === 0) return condition.op === 'and' ? 'true' : 'false';
      return `(${condition.of.map((one) => conditionSql(statement, one)).join(condition.op === 'and' ? ' AND ' : ' OR ')})`;
    case 'not':
      return `NOT coalesce(${conditionSql(statement, condition.of)}, false)`;
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
      return `${statement.path(condition.path)}::text ILIKE ${statement.bind({ value: `%${likeText(String(condition.value))}%` }, 'text')}`;
    case 'starts':
      return `${statement.path(condition.path)}::text ILIKE ${statement.bind({ value: `${likeText(String(condition.value))}%` }, 'text')}`;
    case 'regex':
      return `${statement.path(condition.path)}::text ~* ${statement.bind({ value: condition.value }, 'text')}`;
    default: {
      const path = statement.path(condition.path);
      return `${path} ${operators[condition.op]} ${statement.bind({ value: condition.value }, typeAt(statement, condition.path))}`;
    }
  }
}

/** Every word must be found in one of the searchable fields. */
export function searchSql(statement: Statement, words: readonly string[]): string[] {
  const paths = statement.resource.search.map((path) => `${statement.path(path)}::text`);
  return words.map((word) => {
    const like = statement.bind({ value: `%${likeText(word)}%` }, 'text');
    return `(${paths.map((path) => `${path} ILIKE ${like}`).join(' OR ')})`;
  });
}

function typeAt(statement: Statement, path: string): string {
  const field = fieldAt(statement.resource, path);
  return field ? typeOf(field) : 'int';
}

/** Takes the meaning from `%`, `_` and `\` in a LIKE pattern. */
export const likeText = (text: string): string => text.replace(/[\\%_]/g, '\\$&');
