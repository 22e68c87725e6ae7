import type { Context } from 'koa';
import type { Principal } from '../../../shared/access/principal.ts';
import { aboutOf, fieldLabel, titlesOf } from '../../messages/declared.ts';
import { say } from '../../messages/say.ts';
import type { Target } from '../rest/locate.ts';
import { orderingsOf, readParameters } from '../rest/parse-query.ts';
import { type Key, listPathOf, type Spelled } from '../rest/spelling.ts';
import { accessAt } from './access-view.ts';
import type { Browsing } from './browsing.ts';
import { cellOf, isAmount, numberOf, referencedLabels, type Shown } from './cells.ts';
import { filterViews } from './filter-view.ts';
import { rowForm } from './form-view.ts';
import { Labels } from './labels.ts';
import { mayDo } from './may-do.ts';
import { doneSentence, prettyJson } from './words.ts';

/** A list as the REST face answered it: bare, or a page with links to its neighbours. */
interface Answered {
  readonly rows: readonly Shown[];
  readonly count: number | null;
  readonly next: string | null;
  readonly previous: string | null;
}

function readAnswer(text: string): Answered {
  const read: unknown = JSON.parse(text);
  if (Array.isArray(read)) return { rows: read, count: read.length, next: null, previous: null };
  const { results, count = null, next, previous } = read as Answered & { results: Shown[] };
  return { rows: results, count, next, previous };
}

/** Shows a list: its rows in a table, ways to narrow and order it, and the form for a new row. */
export async function showList(browsing: Browsing, ctx: Context, { spelled }: Target, text: string): Promise<void> {
  const { services, store, document, show } = browsing;
  const principal: Principal = ctx.state.principal;
  const { resource, spelling, listPath, idKey } = spelled;
  const { timeZone } = services.config;
  const labels = new Labels(store, principal);
  const answered = readAnswer(text);
  const ids = answered.rows.map((row) => numberOf(row[idKey]));
  const own = await labels.of(
    resource,
    ids.filter((id) => id !== null),
  );
  const referenced = await referencedLabels(spelled, answered.rows, labels);
  const columns = shownColumns(spelled, answered.rows, (row) => own.get(numberOf(row[idKey]) ?? 0));
  const parameters = readParameters(ctx.querystring);
  const may = mayDo(store, principal, spelled);
  const filters = await filterViews(spelled, parameters, labels, store.sight(principal));

  const { inSentence, many, manyInSentence } = titlesOf(resource);
  show(ctx, 'list', {
    title: many,
    one: inSentence,
    several: manyInSentence,
    description: aboutOf(resource),
    done: doneSentence(ctx.state.done),
    spellings: resource.rest.map((one) => ({ path: listPathOf(one), current: one === spelling })),
    columns: columns.map((column) => headOf(column, spelled, parameters)),
    rows: answered.rows.map((row, n) => ({
      href: `${listPath}${ids[n]}/`,
      label: own.get(ids[n] ?? 0) ?? say('browse.number-of', { number: String(ids[n]) }),
      cells: columns.map((column) => cellOf(column, row[column.key], spelling.style, referenced, timeZone)),
    })),
    range: rangeOf(answered, parameters),
    next: linkWithin(answered.next),
    previous: linkWithin(answered.previous),
    search: parameters.search ?? '',
    filters,
    filtering: filters.filter(({ value }) => value !== '').length,
    kept: Object.entries(parameters).filter(([name]) => name === 'ordering'),
    narrowed: Object.keys(parameters).some((name) => !['limit', 'offset', 'ordering', 'cursor'].includes(name)),
    listPath,
    form: may('add')
      ? await rowForm({ spelled, labels, person: principal.person, config: services.config, row: null })
      : null,
    signedIn: principal.person !== null,
    signIn: `/accounts/login/?next=${encodeURIComponent(listPath)}`,
    access: accessAt(document, listPath),
    json: prettyJson(text),
    request: `GET ${ctx.path}${ctx.querystring ? `?${ctx.querystring}` : ''}`,
  });
}

/** Columns that say something beside the name in one of these rows; a wide resource would not fit otherwise. */
function shownColumns({ keys }: Spelled, rows: readonly Shown[], nameOf: (row: Shown) => string | undefined): Key[] {
  const telling = ({ key, field }: Key) =>
    field.kind !== 'json' && rows.some((row) => !isNothing(row[key]) && row[key] !== nameOf(row));
  return keys.filter(telling);
}

const isNothing = (value: unknown): boolean =>
  value === null ||
  value === undefined ||
  value === '' ||
  value === false ||
  (Array.isArray(value) && value.length === 0);

function headOf({ key, field }: Key, spelled: Spelled, parameters: Readonly<Record<string, string>>) {
  const label = fieldLabel(key);
  const end = isAmount(field);
  if (!orderingsOf(spelled).has(key)) return { label, end, href: null, sort: null };
  const ascending = parameters.ordering === key;
  const descending = parameters.ordering === `-${key}`;
  const query = new URLSearchParams(parameters);
  query.set('ordering', ascending ? `-${key}` : key);
  query.delete('offset');
  query.delete('cursor');
  return { label, end, href: `?${query}`, sort: ascending ? 'ascending' : descending ? 'descending' : null };
}

function rangeOf({ rows, count }: Answered, parameters: Readonly<Record<string, string>>): string {
  const first = Number(parameters.offset ?? 0) + 1;
  if (rows.length === 0) return '';
  if (count === null) return say('browse.rows', { count: rows.length });
  return count === rows.length
    ? say('browse.all-rows', { count: String(count) })
    : say('browse.range', { first: String(first), last: String(first + rows.length - 1), count: String(count) });
}

/** The query of a neighbouring page, on this very page. */
const linkWithin = (url: string | null): string | null => (url === null ? null : new URL(url).search);
