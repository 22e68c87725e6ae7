import { type IParseOptions, parse } from 'qs';
import { columnOf } from '../../resources/fields.ts';
import { type Condition, largestPage, type OffsetPage, type Query } from '../../store/query.ts';
import { Invalid } from '../../store/refusals.ts';
import { wordsOf } from '../../store/search.ts';
import type { Sight } from '../../store/sight.ts';
import { readBoolean, wordOf } from '../../store/values.ts';
import type { Entities, Entity } from './spelling.ts';
import { attributeOf } from './where/attributes.ts';
import { compileWhere } from './where/compile.ts';
import { namedFilter } from './where/named-filters.ts';
import { listOf, readWhere } from './where/read-where.ts';

export type Parameters = Readonly<Record<string, unknown>>;

/** What parsing needs to know beside the parameters. */
export interface Asking {
  readonly entities: Entities;
  readonly sight: Sight;
  /** IANA zone of the installation. */
  readonly timeZone: string;
}

/** What a list is asked for: the rows, what is shown of them, and which halves of the answer. */
export interface AskedList {
  readonly query: Query;
  /** Keys to show; null: all. */
  readonly select: ReadonlySet<string> | null;
  readonly totalOnly: boolean;
  readonly collectionOnly: boolean;
}

// Its own limits would turn lists of more than twenty into objects and cut off what is nested deeper than five.
const brackets: IParseOptions & { strictDepth: boolean; throwOnLimitExceeded: boolean } = {
  depth: 30,
  strictDepth: true,
  arrayLimit: 1000,
  parameterLimit: 5000,
  throwOnLimitExceeded: true,
  allowPrototypes: false,
};

/** Reads a query string with PHP's brackets. @throws Invalid when there is too much of it */
export function readParameters(querystring: string): Parameters {
  let read: Parameters;
  try {
    read = parse(querystring, brackets);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new Invalid({ query: ['There are too many parameters, or they are nested too deep.'] });
  }
  if (holdsNull(querystring)) throw new Invalid({ query: ['Null characters are not allowed.'] });
  return read;
}

const holdsNull = (querystring: string): boolean => querystring.includes('%00') || querystring.includes('\0');

/** The most rows of a page when it names no size. */
export const standardPage = 200;

/** Reads the parameters of a list. @throws Invalid naming the parameter */
export function parseList(entity: Entity, parameters: Parameters, asking: Asking): AskedList {
  const items = readWhere(parameters.where);
  const texts = items.filter(({ type }) => type === 'textFilter').map(({ value }) => wordOf(value));
  const plain = items.filter(({ type }) => type !== 'textFilter');
  const typed = [parameters.q, parameters.textFilter].filter((text) => text !== undefined).map(lastOf);
  const totalOnly = flag('totalOnly', parameters);
  const collectionOnly = !totalOnly && flag('collectionOnly', parameters);
  const page = pageAsked(parameters);
  const sort = lastOf(parameters.sortBy ?? parameters.orderBy);
  return {
    query: {
      where: [...compileWhere(entity, plain, asking.entities, asking.timeZone), ...named(entity, parameters)],
      search: wordsOf([...texts, ...typed].join(' ')),
      order: orderOf(entity, sort, ascending(parameters), asking.sight),
      page: { ...page, limit: totalOnly ? 0 : page.limit, uncounted: collectionOnly },
    },
    select: selected(parameters.select, sort),
    totalOnly,
    collectionOnly,
  };
}

/** `offset` and `maxSize`. @throws Invalid naming the parameter */
export const pageAsked = (parameters: Parameters): OffsetPage => ({
  kind: 'offset',
  offset: whole('offset', parameters.offset) ?? 0,
  limit: whole('maxSize', parameters.maxSize) ?? standardPage,
});

function named(entity: Entity, parameters: Parameters): Condition[] {
  const names = [parameters.primaryFilter, parameters.boolFilterList, parameters.filterList].flatMap((given) =>
    given === undefined || given === '' ? [] : listOf(given).flat(),
  );
  return names.map((name) => namedFilter(entity, wordOf(name)));
}

/** `select` is a list with commas, or brackets. Names that mean nothing are passed over, as clients expect. */
export function selected(raw: unknown, sort = ''): ReadonlySet<string> | null {
  if (raw === undefined || raw === '') return null;
  const names = listOf(raw).flatMap((one) => wordOf(one).split(','));
  return new Set([...names.map((name) => name.trim()), sort].filter(Boolean));
}

/** Sorting by another row's name takes that the caller may view all of those; else it goes by their ids. */
function orderOf(entity: Entity, name: string, ascends: boolean, sight: Sight): string[] {
  if (!name) return [];
  const attribute = attributeOf(entity, name);
  const sortable =
    attribute?.kind === 'field'
      ? attribute.path === 'id' ||
        (!unsorted.has(attribute.field.kind) && (columnOf(attribute.path, attribute.field) ?? attribute.field.sql))
      : attribute?.kind === 'name' || (attribute?.link.from === 'own' && !attribute.link.several);
  if (!attribute || !sortable)
    throw new Invalid({ sortBy: [`${entity.name} can not be sorted by ${JSON.stringify(name.slice(0, 100))}.`] });
  const path =
    attribute.kind === 'field' ? attribute.path : attribute.kind === 'name' ? attribute.key.name : attribute.link.field;
  const target =
    attribute.kind === 'field' ? null : attribute.kind === 'name' ? attribute.key.target : attribute.link.target;
  const byName = target && sight(target) === 'all' ? `${path}.$label` : path;
  return [ascends ? byName : `-${byName}`];
}

/** Kinds that no list is sorted by. */
const unsorted: ReadonlySet<string> = new Set(['many', 'texts', 'json']);

/** `asc=false` and `order=desc` (or `sortOrder`) turn the order round. */
function ascending(parameters: Parameters): boolean {
  const order = lastOf(parameters.order ?? parameters.sortOrder).toLowerCase();
  if (order === 'asc' || order === 'desc') return order === 'asc';
  return lastOf(parameters.asc) === '' ? true : flag('asc', parameters);
}

function flag(name: string, parameters: Parameters): boolean {
  const raw = lastOf(parameters[name]);
  if (raw === '') return false;
  const read = readBoolean(raw);
  if ('error' in read) throw new Invalid({ [name]: [read.error] });
  return read.value === true;
}

function whole(name: 'offset' | 'maxSize', raw: unknown): number | null {
  const text = lastOf(raw);
  if (text === '') return null;
  if (!/^\d{1,15}$/.test(text)) throw new Invalid({ [name]: ['A whole number is required.'] });
  if (name === 'maxSize' && Number(text) > largestPage) {
    throw new Invalid({ maxSize: [`A page has at most ${largestPage} rows.`] });
  }
  return Number(text);
}

function lastOf(raw: unknown): string {
  const one = Array.isArray(raw) ? raw.at(-1) : raw;
  return one === undefined || one === null || typeof one === 'object' ? '' : String(one).trim();
}
