import { filtersOf, orderingsOf } from '../faces/rest/parse-query.ts';
import type { Spelled } from '../faces/rest/spelling.ts';
import { largestPage } from '../store/query.ts';
import { filterParameter, flag, int32 } from './filter-parameters.ts';
import { type Parameter, type Reference, refTo } from './openapi.ts';

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
    ...filterParameters(spelled),
    ...expandParameters(spelled),
  ];
}

/** What narrows a list, and a row's path where that is filtered too. */
function filterParameters(spelled: Spelled): Parameter[] {
  const filters = [...filtersOf(spelled)];
  const switches = filters.flatMap(([, filter]) =>
    typeof filter === 'object' && 'unless' in filter && filter.unless ? [filter.unless.parameter] : [],
  );
  return [
    ...filters.map(([name, filter]) => filterParameter(spelled, name, filter)),
    ...[...new Set(switches)].map((name) => flag(name, 'False: only those directly there, none from below.')),
  ];
}

/** What picks a row beside its number. */
export const rowParameters = (spelled: Spelled): Parameter[] =>
  spelled.spelling.filtersRows ? filterParameters(spelled).filter(({ name }) => name !== 'id') : [];

/** What may be shown beside the rows. */
export const expandParameters = ({ spelling }: Spelled): Parameter[] =>
  Object.entries(spelling.expand ?? {}).map(([name, { as, default: shown = false }]) => ({
    ...flag(name, `Show \`${as ?? name}\`.`),
    schema: { type: 'boolean', default: shown },
  }));

const listed = (names: readonly string[]): string =>
  names.map((name) => `\`${name.replaceAll('.', ' › ')}\``).join(', ');

const orderNames = (spelled: Spelled): string[] =>
  [...orderingsOf(spelled).keys()].flatMap((name) => [name, `-${name}`]);
