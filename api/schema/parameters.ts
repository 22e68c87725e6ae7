import { filtersOf, orderingsOf } from '../faces/rest/parse-query.ts';
import type { Spelled } from '../faces/rest/spelling.ts';
import type { Filter } from '../resources/declaration.ts';
import type { Field, FieldKind } from '../resources/fields.ts';
import { resourceNamed } from '../resources/index.ts';
import { largestPage } from '../store/query.ts';
import { fieldAt } from '../store/statement.ts';
import { plain } from './field-schema.ts';
import { type JsonSchema, type Parameter, type Reference, refTo } from './openapi.ts';
import { inWords } from './words.ts';

const int32 = { minimum: 1, maximum: 2_147_483_647 };

/** Parameters that mean the same everywhere. */
export const sharedParameters: Readonly<Record<string, Parameter>> = {
  id: {
    name: 'id',
    in: 'path',
    required: true,
    description: 'Number of the row.',
    schema: { type: 'integer', ...int32 },
  },
  prefer: {
    name: 'Prefer',
    in: 'header',
    description: '`return=minimal`: the values alone, without what draws a table, a page or a form.',
    schema: { type: 'string', enum: ['return=minimal', 'return=representation'] },
  },
  limit: {
    name: 'limit',
    in: 'query',
    description: `Rows of a page, at most ${largestPage}. Without it the answer is the bare list of all rows.`,
    schema: { type: 'integer', minimum: 0, maximum: largestPage },
  },
  offset: {
    name: 'offset',
    in: 'query',
    description: 'Rows to leave out before the page; counts with `limit` only.',
    schema: { type: 'integer', minimum: 0 },
  },
  cursor: {
    name: 'cursor',
    in: 'query',
    description:
      'Pages that cost the same however far you go: empty for the first, then follow `next`. No count is given.',
    schema: { type: 'string' },
  },
};

/** What narrows, orders and pages a list. */
export function listParameters(spelled: Spelled): (Parameter | Reference)[] {
  const { resource } = spelled;
  const filters = [...filtersOf(spelled)];
  const switches = filters.flatMap(([, filter]) =>
    typeof filter === 'object' && 'unless' in filter && filter.unless ? [filter.unless.parameter] : [],
  );
  return [
    ...(['limit', 'offset', 'cursor'] as const).map((name) => refTo('parameters', name)),
    {
      name: 'search',
      in: 'query',
      description: `Words that must all be found in ${listed(resource.search)}.`,
      schema: { type: 'string' },
    },
    flag('search_regex', 'True: each word of `search` is a regular expression (POSIX; capitals don’t count).'),
    flag('search_whole', 'True: each word of `search` is a whole word.'),
    flag('search_notes', 'True: `search` looks through the notes too.'),
    {
      name: 'ordering',
      in: 'query',
      description: `Names to order by, separated by commas; \`-\` before a name turns it round. Otherwise: ${listed(resource.order)}.`,
      schema: { type: 'array', items: { type: 'string', enum: orderNames(spelled) } },
      style: 'form',
      explode: false,
    },
    ...Object.entries(resource.orderSwitches ?? {}).map(([name, paths]) =>
      flag(name, `True: order by ${listed(paths)}.`),
    ),
    ...filters.map(([name, filter]) => filterParameter(spelled, name, filter)),
    ...[...new Set(switches)].map((name) => flag(name, 'False: only those directly there, none from below.')),
    ...expandParameters(spelled),
  ];
}

/** What may be shown beside the rows. */
export const expandParameters = ({ spelling }: Spelled): Parameter[] =>
  Object.entries(spelling.expand ?? {}).map(([name, { as, default: shown = false }]) => ({
    ...flag(name, `Show \`${as ?? name}\`.`),
    schema: { type: 'boolean', default: shown },
  }));

const flag = (name: string, description: string): Parameter => ({
  name,
  in: 'query',
  description,
  schema: { type: 'boolean' },
});

const listed = (names: readonly string[]): string =>
  names.map((name) => `\`${name.replaceAll('.', ' › ')}\``).join(', ');

const orderNames = (spelled: Spelled): string[] =>
  [...orderingsOf(spelled).keys()].flatMap((name) => [name, `-${name}`]);

function filterParameter(spelled: Spelled, name: string, filter: Filter): Parameter {
  const { resource } = spelled;
  const query = { name, in: 'query' } as const;
  if (typeof filter === 'string') return exactParameter(name, fieldAt(resource, filter));
  const help = filter.help ? { description: filter.help } : {};
  const words = name.replaceAll('_', ' ');
  if ('flag' in filter) return { ...flag(name, `True: only those that are ${words}. False changes nothing.`), ...help };
  if ('either' in filter)
    return { ...flag(name, `True: only those of which «${words}» holds; false: the others.`), ...help };
  if ('sql' in filter) {
    const without = filter.nullPath ? '; `null`: those without one' : '';
    const schema = filter.nullPath ? { anyOf: [kindSchema(filter.type), { const: 'null' }] } : kindSchema(filter.type);
    return { ...query, description: `Only those with this ${words}${without}.`, schema, ...help };
  }
  const field = fieldAt(resource, filter.path);
  const text = ['iexact', 'contains', 'regex'].includes(filter.match);
  return {
    ...query,
    description: comparisons[filter.match](lastOf(filter.path)),
    schema: text || !field ? { type: 'string' } : queryValue(field),
    ...help,
  };
}

const comparisons = {
  iexact: (what: string) => `Only those of this ${what}; capitals don't count.`,
  contains: (what: string) => `Only those whose ${what} contains this.`,
  regex: (what: string) => `Only those whose ${what} matches this regular expression (POSIX; capitals don't count).`,
  gte: (what: string) => `Only those whose ${what} is this or later.`,
  lte: (what: string) => `Only those whose ${what} is this or earlier.`,
  gt: (what: string) => `Only those whose ${what} is after this.`,
  lt: (what: string) => `Only those whose ${what} is before this.`,
} as const;

const lastOf = (path: string): string => (path.split('.').at(-1) ?? path).replaceAll('_', ' ');

/** Kinds of which several values may be given, separated by commas. */
const several: ReadonlySet<string> = new Set(['integer', 'reference', 'choice', 'mac', 'address', 'interface']);

function exactParameter(name: string, field: Field | undefined): Parameter {
  const query = { name, in: 'query' } as const;
  if (!field) {
    const schema = { type: 'array', items: { type: 'integer', ...int32 } };
    return { ...query, description: 'Only these numbers.', schema, style: 'form', explode: false };
  }
  const what = field.target ? `this ${inWords(resourceNamed(field.target).title[0])}` : 'this';
  const without = field.nullable ? ' `null`: those without one.' : '';
  if (!several.has(field.kind)) {
    return { ...query, description: `Only those whose \`${name}\` is ${what}.${without}`, schema: queryValue(field) };
  }
  return {
    ...query,
    description: `Only those whose \`${name}\` is ${what}, or one of several.${field.target ? ' Given by number.' : ''}${without}`,
    schema: {
      type: 'array',
      items: field.nullable ? { anyOf: [queryValue(field), { const: 'null' }] } : queryValue(field),
    },
    style: 'form',
    explode: false,
  };
}

/** Queries are text; what they must read as. Lengths and bounds of the column don't narrow a question. */
const queryValue = (field: Field): JsonSchema =>
  field.choices ? plain(field.schema) : kindSchema(field.kind, plain(field.schema).format);

function kindSchema(kind: FieldKind, format?: unknown): JsonSchema {
  switch (kind) {
    case 'integer':
      return { type: 'integer' };
    case 'reference':
    case 'many':
      return { type: 'integer', ...int32 };
    case 'decimal':
      return { type: 'number' };
    case 'boolean':
      return { type: 'boolean' };
    case 'timestamp':
      return { type: 'string', format: 'date-time' };
    case 'date':
      return { type: 'string', format: 'date' };
    default:
      return { type: 'string', ...(format ? { format } : {}) };
  }
}
