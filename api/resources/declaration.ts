import type { Knex } from 'knex';
import type { Principal } from '../../shared/access/principal.ts';
import type { Permission, Role } from '../../shared/access/roles.ts';
import type { Runs } from '../../shared/transaction.ts';
import type { Conflict } from '../store/refusals.ts';
import type { Field, FieldKind } from './fields.ts';

/** A row as hooks see it: field names to values as PostgreSQL's driver gives them. */
export type Row = Record<string, unknown>;

/** What a write is part of, where an action makes it: the audit trail's word for it, and facts that hooks look for. */
export interface Occasion {
  readonly action: string;
  readonly facts: Row;
}

/** One write on its way, within its transaction. */
export interface Change {
  /** Runs statements in the transaction: as SQL, or built by Knex. */
  readonly runs: Runs;
  readonly trx: Knex.Transaction;
  readonly principal: Principal;
  readonly kind: 'create' | 'update' | 'delete';
  /** The row as it was, locked; null on create. */
  readonly before: Row | null;
  /** What is to be written, by field name; hooks before the write may change it. Empty on delete. */
  readonly values: Row;
  /** The row as it will be (`before` overlaid with `values`); after the write: as it is. */
  readonly row: Row;
  /** «own» when only an object rule lets this person do it. */
  readonly allowed: 'all' | 'own';
  /** The action that this write is part of; null when somebody simply wrote. */
  readonly occasion: Occasion | null;
  /** Whether the person holds a permission in full (roles ∩ scopes), object rules aside. */
  may(role: Role, permission: Permission): boolean;
  /** Writes to another resource in the same transaction: its hooks run and it is audited; permissions are not asked again. */
  create(resource: string, values: Row, occasion?: Occasion): Promise<Row>;
  update(resource: string, id: number, values: Row, occasion?: Occasion): Promise<Row>;
  /** A row of another resource, locked; null when there is none. */
  lock(resource: string, id: number): Promise<Row | null>;
  remove(resource: string, id: number): Promise<void>;
}

/** A write that is still to come. */
export interface ComingChange extends Change {
  /** Has something done once the row is written. */
  afterwards(work: (change: Change) => Promise<void>): void;
}

/** Code that a resource needs around its writes. Refuse by throwing `Invalid` or `Conflict` of `api/store/refusals.ts`. */
export interface Hooks {
  beforeWrite?(change: ComingChange): Promise<void> | void;
  afterWrite?(change: Change): Promise<void> | void;
  /** After a row that was there is changed. */
  afterUpdate?(change: Change & { readonly before: Row }): Promise<void> | void;
  beforeDelete?(change: Change): Promise<void> | void;
  afterDelete?(change: Change): Promise<void> | void;
}

/**
 * How a query parameter narrows a list.
 * - text: a path; equal to the value, or to any of several separated by commas; `null` finds rows without one
 * - `match`: other comparisons on a path
 * - `flag`: SQL that holds when the parameter is true; otherwise it's ignored
 * - `either`: SQL that holds when it is true and must not hold when it is false
 * - `sql`: SQL with `{value}`, the parameter read as `type`; `unless` gives another SQL while a second parameter is false
 *   (`location` looks below unless `cascade=false`)
 */
export type Filter =
  | string
  | ((
      | { path: string; match: 'iexact' | 'contains' | 'regex' | 'gte' | 'lte' | 'gt' | 'lt' }
      | { flag: string }
      | { either: string }
      | {
          sql: string;
          type: FieldKind;
          /** What a text must look like, and the sentence for those that do not. */
          shape?: { pattern: RegExp; says: string };
          unless?: { parameter: string; sql: string };
          nullPath?: string;
        }
    ) & {
      /** One sentence for API readers, where name and kind don't say enough. */
      help?: string;
    });

/** Something that can be done to a row beside create, update and delete. It takes the `change` permission unless said. */
export interface Action {
  label: string;
  permission?: Permission;
  /** Superusers alone may do it, whatever roles say; of a token it takes the widest scope. */
  superusersOnly?: boolean;
  /** What the caller gives along. */
  input?: Record<string, Field>;
  /** Ask before doing it. */
  confirm?: boolean;
  /** Names of inputs that are rows of the same resource: these are locked as well, all in the order of their ids. */
  alsoLocks?: readonly string[];
  /** It makes rows: `run` answers their `ids`, and faces show those. */
  makes?: boolean;
  /** Answered as something made (201), as InvenTree does. */
  answersCreated?: boolean;
  run(change: Change, input: Row): Promise<Row | undefined>;
}

/** What an action on several rows has in its hands: all of them, locked, within one transaction. */
export interface ListChange
  extends Pick<Change, 'runs' | 'trx' | 'principal' | 'may' | 'create' | 'update' | 'lock' | 'remove'> {
  /** Each row named, in the order in which the caller named them, with what was said of it. */
  readonly items: readonly { readonly row: Row; readonly said: Row }[];
}

/** Something that can be done to several rows at once, all or nothing. It takes the `change` permission unless said. */
export interface ListAction {
  label: string;
  permission?: Permission;
  /** What the caller gives along, beside the rows. */
  input?: Readonly<Record<string, Field>>;
  /** Key of a row's id among what is said of it (null: ids alone are listed), and what else may be said. */
  items: { key: string | null; said?: Readonly<Record<string, Field>> };
  run(change: ListChange, input: Row): Promise<Row>;
}

/** How the REST face spells a resource. A resource may have several. */
export interface RestSpelling {
  /** Below `/api/`, no slashes round it: `inventory/host`. */
  path: string;
  /**
   * hyperlinked: `url` first, references are URLs. ids: `id` first, references are ids. pk: `pk` first, references are
   * ids, moments are `YYYY-MM-DD HH:MM`, as InvenTree does.
   */
  style: 'hyperlinked' | 'ids' | 'pk';
  /** Field names in the order of the answer; default: all that are not hidden, in declared order. The id key comes first by itself. */
  keys?: readonly string[];
  /** Aside fields that a create takes here as well. */
  alsoTakes?: readonly string[];
  /** Wire name of a field where it differs: field → key. */
  rename?: Readonly<Record<string, string>>;
  /** Fields that this spelling takes but only shows. */
  readOnly?: readonly string[];
  /** Objects shown beside a reference when asked by `?key=true`: key → what. */
  expand?: Readonly<Record<string, Expansion>>;
  /** Create answers a list of the rows made (InvenTree's stock). */
  createsList?: boolean;
  /** Only GET. */
  readOnlyFace?: boolean;
  /** More to read of a row, each at a path of its own below it: key of the answer → field. */
  views?: Readonly<Record<string, { label: string; keys: Readonly<Record<string, string>> }>>;
  /** What can be done here to several rows in one request, all or nothing. */
  bulk?: readonly ('change' | 'delete')[];
  /** There is no list, only rows. */
  rowsOnly?: boolean;
  /** Another path of a row, as older clients write it: `part/{id}/metadata`. */
  olderRow?: string;
  /** Values of fields that this path does not name: only rows that have them are here, and what is made here has them. */
  only?: Readonly<Record<string, string>>;
  /** A row that the filters in its address do not find is not there. */
  filtersRows?: boolean;
  /** Actions have their paths at other spellings. */
  withoutActions?: boolean;
  /** What can be done here at all, roles aside; absent: view, add, change and delete. */
  offers?: readonly Permission[];
}

/** What `?key=true` shows: the object at the other end of a reference, or a field that costs too much to show always. */
export type Expansion = (
  | {
      /** The reference field it follows. */
      reference: string;
      /** Path of the spelling (pk style) whose keys it shows. */
      spelling: string;
      keys?: readonly string[];
    }
  /** A field, or the path of one behind a reference. */
  | { field: string }
) & {
  /** Key of the answer, where it isn't the parameter's own name. */
  as?: string;
  /** Shown unless `?key=false`. */
  default?: boolean;
};

/** What fields may say of an entity. */
export interface EntityFacts {
  readonly names: readonly string[];
  readonly resource: Resource;
  /** What can be done to it at all, roles aside. */
  readonly offers: readonly Permission[];
}

/** How the entity face spells a resource, where it doesn't follow from the rest. */
export interface EntitySpelling {
  /** Default: the resource's name in PascalCase. */
  name?: string;
  /** More names of the same. */
  also?: readonly string[];
  /** Key of a field, where it isn't its name in camelCase. */
  rename?: Readonly<Record<string, string>>;
  /** Fields that are not shown here. */
  omit?: readonly string[];
  /** Shown here only: computed fields; made from all entities where they speak of those. */
  more?: Readonly<Record<string, Field>> | ((entities: readonly EntityFacts[]) => Readonly<Record<string, Field>>);
  /** Keys that an answer holds whatever is selected: typed clients can't do without. `id` and `name` are among them anyway. */
  always?: readonly string[];
  /** What can be done here at all, roles aside; absent: what the REST spellings offer. */
  offers?: readonly Permission[];
}

/** What a resource is: everything that any face, the schema, access and audit need to know. */
export interface Declaration {
  /** The word of the role that owns it. */
  role: Role;
  /** Where it belongs among the pages. */
  area: 'inventory' | 'live' | 'booking' | 'part' | 'stock' | 'people';
  /** Table (or automatically updatable view) with an integer `id`. */
  table: string;
  /** What people call one and several. */
  title: readonly [one: string, many: string];
  /** What clients that address collections call several, snake_case; default: the plural of the name. */
  plural?: string;
  /** One or two sentences for API readers. */
  description?: string;
  /** What clients that read permissions by model call it, lower case; default: the name without underscores. */
  modelName?: string;
  fields: Record<string, Field>;
  /** SQL text that names a row to people, over `{paths}`. */
  label: string;
  /** SQL text that says more of a row, in a line under its label. */
  hint?: string;
  /** The fields that tables show before anybody chooses others; default: all shown but JSON and long texts. */
  columns?: readonly string[];
  /** Paths that `search` looks through. */
  search: readonly string[];
  /**
   * For tables that grow: the table keeps the text of those of `search` that are its own columns in `search_text`, with
   * an index (migrations/070_search.ts shows how). Without it the text is put together at each search.
   */
  searchText?: boolean;
  /** Its own lists alone find its rows: they are left out where everything is searched. */
  searchedAlone?: boolean;
  /** Default order: paths, `-` before descending ones. `id` is added as the last by itself. */
  order: readonly string[];
  /** More names for `ordering=`: name → path. Every stored field may be named anyway. */
  orderings?: Readonly<Record<string, string>>;
  /** Query parameters that put another order in place of the default one when they are true: name → paths. */
  orderSwitches?: Readonly<Record<string, readonly string[]>>;
  /** Beyond one exact filter a field. */
  filters?: Readonly<Record<string, Filter>>;
  /** Operations that take another permission of the role than their own: `{ add: 'change' }`. */
  takes?: Readonly<Partial<Record<Permission, Permission>>>;
  /** Readable without a token from this setting of ANONYMOUS_READ on; absent: never. */
  anonymous?: 'bookables' | 'all';
  /** Whose rows are whose: SQL over `{paths}` and `{me}`, and what people may do to theirs without the role. */
  own?: { sql: string; may: readonly Permission[] };
  /** Instead of the role: anybody signed in may do this (scopes still bound it). */
  signedIn?: readonly Permission[];
  /** Superusers alone may do this, whatever roles say; others only where the rows are theirs. */
  superusers?: readonly Permission[];
  /** Nobody may do this with a token that is bound by scopes. */
  unscoped?: readonly Permission[];
  /** Deleting sets this timestamp column; rows that have it are gone for every face. */
  softDelete?: string;
  /** Processes remember its rows to judge requests by: a write is answered when this one judges by the new ones. */
  remembered?: boolean;
  /** Fields of which each alone tells the rows apart; texts without regard to capitals. */
  unique?: readonly string[];
  /** What PostgreSQL refuses, said to people: constraint name → field (or `null` for the row) and sentence. */
  constraints?: Readonly<Record<string, { field: string | null; says: string }>>;
  /**
   * Says what a row clashes with when an exclusion constraint refused it: reads after the transaction was rolled back.
   * Null when the other row is gone by then.
   */
  clash?(db: Knex, row: Row): Promise<Conflict | null>;
  /** One create that makes several rows (`serial_numbers`): the values of each, from those read and those given. */
  multiply?(values: Row, given: Row, trx: Knex.Transaction): Promise<Row[]> | Row[];
  /** Its rows can have barcodes: it has the fields of `barcodes.ts`. */
  barcodes?: boolean;
  hooks?: Hooks;
  actions?: Readonly<Record<string, Action>>;
  /** What can be done to several rows at once, beside changing and deleting them. */
  listActions?: Readonly<Record<string, ListAction>>;
  /** Named views of the list: SQL over `{paths}`, `{me}`, `{now}`. */
  tabs?: Readonly<Record<string, { label: string; sql: string }>>;
  rest: readonly RestSpelling[];
  entity?: EntitySpelling;
}

export interface Resource extends Declaration {
  readonly name: string;
}

/** Declares a resource. `name` is snake_case, one of it, and unique. */
export function resource(name: string, declaration: Declaration): Resource {
  return { name, ...declaration };
}

/** Whether a field is stored in the resource's own table and named in SQL by its column. */
export const visibleFields = (declared: Declaration): [string, Field][] =>
  Object.entries(declared.fields).filter(([, field]) => !field.hidden && !field.aside);
