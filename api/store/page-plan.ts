import type { Resource } from '../resources/declaration.ts';
import { BareRows } from './bare-rows.ts';
import { type Counted, countSql } from './count.ts';
import { gatheredSql, type Way } from './found-page.ts';
import { type Asked, listing } from './listing.ts';
import { text } from './look.ts';
import type { Wanted } from './operation.ts';
import type { Projection } from './projection.ts';
import type { Page, Query } from './query.ts';
import { type Shape, shapeOf } from './shape.ts';
import type { Sight } from './sight.ts';
import type { Slot, Statement } from './statement.ts';
import { nameFor } from './statement-name.ts';

export type PartOfList = Exclude<Page, { kind: 'all' }>;

/** A page's statement, and how what it finds is read. */
export interface PagePlan {
  readonly text: string;
  /** The name under which connections keep it prepared. */
  readonly name: string | undefined;
  readonly slots: readonly Slot[];
  readonly rows: BareRows;
  readonly counted: Counted;
  /** How to look for words depends on the words, so such statements are planned each time. */
  readonly byWords: boolean;
}

/** What a page's statement follows from, beside its query. */
export interface AskedPage extends Asked {
  /** PostgreSQL prints every value. */
  readonly sure: boolean;
}

/** The plan of a page of what words found, and the values that it is run with. */
export const foundPlan = (asked: AskedPage, query: Query, page: PartOfList, way: Way) => ({
  plan: planOf(asked, query, page, way),
  values: [],
});

/** A plan that is kept, with all that was asked about the caller's rights when it was made: others get another. */
interface Kept {
  readonly plan: PagePlan;
  readonly heard: readonly (readonly [Resource, Wanted | undefined, ReturnType<Sight>])[];
}

const kept = new WeakMap<Projection, Map<string, Kept[]>>();
/** So many shapes of a projection are kept, and so many of a shape for callers of different rights. */
const most = { shapes: 100, rights: 20 };

/** The plan of a page, made once for each shape of query, and the values that it is run with. */
export function planFor(
  asked: AskedPage,
  query: Query,
  page: PartOfList,
): { plan: PagePlan; values: readonly unknown[] } {
  const shape = shapeOf(query);
  if (!shape) return { plan: planOf(asked, query, page), values: [] };
  const { projection, ownOnly, sure, sight } = asked;
  const shapes = kept.get(projection) ?? new Map<string, Kept[]>();
  kept.set(projection, shapes);
  const key = `${ownOnly} ${sure} ${pageShape(page)} ${shape.text}`;
  const plans = shapes.get(key) ?? [];
  const known = plans.find(({ heard }) => heard.every(([resource, right, seen]) => sight(resource, right) === seen));
  if (known) return { plan: known.plan, values: shape.values };
  const made = heardPlan(asked, shape, page);
  if (shapes.size >= most.shapes) shapes.clear();
  if (plans.length >= most.rights) plans.length = 0;
  plans.push(made);
  shapes.set(key, plans);
  return { plan: made.plan, values: shape.values };
}

function heardPlan(asked: AskedPage, shape: Shape, page: PartOfList): Kept {
  const heard: Kept['heard'][number][] = [];
  const sight: Sight = (resource, right) => {
    const seen = asked.sight(resource, right);
    heard.push([resource, right, seen]);
    return seen;
  };
  return { plan: planOf({ ...asked, sight }, shape.hollow(), page), heard };
}

function planOf(asked: AskedPage, query: Query, page: PartOfList, way: Way = 'walked'): PagePlan {
  const { projection, matches, sure } = asked;
  const list = listing(asked, query);
  const { statement, where, keys } = list;
  const byWords = matches !== null;
  const counted = countSql(statement, where, byWords);
  const gathered = way === 'gathered' ? gatheredSql(list, counted.upTo, boundSql(statement, page)) : null;
  const after = page.kind === 'cursor' ? page.after : null;
  // Of a page by cursor, the place of each row comes beside it, and one row more tells whether any follow.
  const places =
    page.kind === 'cursor' ? keys.map(({ sql }) => ({ key: '', sql: () => `${sql}::text`, look: text })) : [];
  const bare = new BareRows(projection.columns, places, sure);
  const columns = bare.list(statement);
  const rows = () => {
    if (gathered) return list.these([gathered.condition]);
    // A moment has passed since they were seen.
    if (typeof way === 'object')
      return list.these([`t.id = ANY(${statement.bind({ value: way.ids }, 'int[]')})`, ...where]);
    return `${list.rows(after)} ${boundSql(statement, page)}`;
  };
  const paged = `SELECT ${BareRows.allSql(bare.rowSql('row'))} FROM (SELECT ${columns} ${rows()}) AS row`;
  const along = page.kind === 'offset' && !page.uncounted;
  const count = gathered?.count ?? counted.along;
  const whole = along ? `SELECT (${count}) AS along, page.* FROM (${paged}) AS page` : paged;
  const sql = gathered ? `WITH ${gathered.table} ${whole}` : whole;
  const name = byWords ? undefined : nameFor(sql);
  return { text: sql, name, slots: statement.slots, rows: bare, counted, byWords };
}

/** Sizes that clients ask for. */
const usualSizes: ReadonlySet<number> = new Set([10, 20, 25, 50, 100, 200, 250, 500, 1000]);

/**
 * A number in the text lets PostgreSQL plan once; a parameter, of which it would guess the worst, makes it plan each
 * time. Only so many numbers make statements of their own.
 */
function boundSql(statement: Statement, page: PartOfList): string {
  const limit = usualSizes.has(page.limit) ? String(page.limit) : statement.bind('limit', 'int');
  if (page.kind === 'cursor') return `LIMIT ${limit} + 1`;
  return `LIMIT ${limit}${page.offset === 0 ? '' : ` OFFSET ${statement.bind('offset', 'bigint')}`}`;
}

/** What of a page makes its statement. */
function pageShape(page: PartOfList): string {
  const limit = usualSizes.has(page.limit) ? page.limit : 'n';
  if (page.kind === 'cursor') return `after ${page.after?.map((value) => (value === null ? 0 : 1)).join('')} ${limit}`;
  return `${page.uncounted ? 'un' : ''}counted ${limit} ${page.offset === 0 ? '' : 'on'}`;
}
