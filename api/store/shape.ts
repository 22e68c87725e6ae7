import type { Condition, Query } from './query.ts';

/** A value that a statement leaves open: the n-th of what a query asks with. */
export class Open {
  readonly n: number;

  constructor(n: number) {
    this.n = n;
  }
}

/** What of a query makes its statement, and the values that it is run with. */
export interface Shape {
  readonly text: string;
  readonly values: readonly unknown[];
  /** The same query with its values left open. */
  hollow(): Query;
}

/** Comparisons whose value goes into the statement as it is. */
const plain: ReadonlySet<string> = new Set(['eq', 'lt', 'lte', 'gt', 'gte', 'iexact', 'regex']);

/** Null for a query whose values have to be known to make its statement: search, and patterns. */
export function shapeOf(query: Query): Shape | null {
  if (query.search.length > 0) return null;
  const values: unknown[] = [];
  const texts: string[] = [];
  for (const condition of query.where) {
    const text = shapeOfCondition(condition, values);
    if (text === null) return null;
    texts.push(text);
  }
  const hollow = () => {
    let n = 0;
    const left = () => new Open(n++);
    return { ...query, where: query.where.map((condition) => hollowed(condition, left)) };
  };
  return { text: [...query.order, ...texts].join('\n'), values, hollow };
}

function shapeOfCondition(condition: Condition, values: unknown[]): string | null {
  switch (condition.op) {
    case 'and':
    case 'or': {
      const texts = condition.of.map((one) => shapeOfCondition(one, values));
      return texts.includes(null) ? null : `(${texts.join(` ${condition.op} `)})`;
    }
    case 'not': {
      const text = shapeOfCondition(condition.of, values);
      return text && `not (${text})`;
    }
    case 'null':
    case 'empty':
      return `${condition.op} ${condition.path}`;
    case 'sql':
      if (condition.value === undefined) return `{${condition.sql}}`;
      values.push(condition.value);
      return `{${condition.sql}} ${condition.type}`;
    default:
      if (!('value' in condition) || !('path' in condition) || !plain.has(condition.op)) return null;
      values.push(condition.value);
      return `${condition.op} ${condition.path}`;
  }
}

/** A condition with its values left open, in the order in which its shape names them. */
function hollowed(condition: Condition, left: () => Open): Condition {
  switch (condition.op) {
    case 'and':
    case 'or':
      return { ...condition, of: condition.of.map((one) => hollowed(one, left)) };
    case 'not':
      return { ...condition, of: hollowed(condition.of, left) };
    default:
      return 'value' in condition && condition.value !== undefined
        ? ({ ...condition, value: left() } as Condition)
        : condition;
  }
}
