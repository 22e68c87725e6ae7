import type { Resource } from '../resources/declaration.ts';
import { columnOf, type Field, hasNumbers } from '../resources/fields.ts';
import { resourceNamed } from '../resources/index.ts';
import { Open } from './shape.ts';

/** A parameter of a statement: a value, or one that is known only when it runs. */
export type Slot =
  | { readonly value: unknown }
  | { readonly after: number }
  | 'me'
  | Exclude<keyof Late, 'after' | 'open'>;

/** What is known when a statement runs. */
export interface Late {
  /** The row that is asked for. */
  readonly id?: number;
  readonly limit?: number;
  readonly offset?: number;
  /** The place behind which a page begins. */
  readonly after?: readonly (string | null)[] | null;
  /** What the query asks with, where its values were left open. */
  readonly open?: readonly unknown[];
}

/** Parameters as they go to PostgreSQL: `me` is who asks. */
export const valuesOf = (slots: readonly Slot[], me: number | null, late: Late = {}): unknown[] =>
  slots.map((slot) => {
    if (slot === 'me') return me;
    if (typeof slot === 'string') return late[slot];
    if ('after' in slot) return late.after?.[slot.after] ?? null;
    return slot.value instanceof Open ? late.open?.[slot.value.n] : slot.value;
  });

const inBraces = /\{([A-Za-z$][\w.$]*)\}/g;

/** The words between braces in SQL of a declaration: paths, and `me`, `now` and `value`. */
export const wordsIn = (template: string): string[] => Array.from(template.matchAll(inBraces), ([, word = '']) => word);

/** The alias of a statement's own table; joins are named after the path that leads to them. */
const root = 't';

/**
 * One SELECT in the making: turns declared paths into columns, collects the joins they need and the parameters.
 * Paths start at the resource: `rack.lab.name`; `id`; `$label` at the end of a path is the label of what it reaches,
 * `$own` whether that is theirs by its object rule.
 */
export class Statement {
  readonly resource: Resource;
  readonly #joins = new Map<string, string>();
  /** Aliases whose row is there for every row of the list; joins between these leave PostgreSQL the choice of order. */
  readonly #present: Set<string>;
  readonly slots: Slot[];
  /** What the statement's own table is called in it. */
  readonly alias: string;
  readonly #justMade: boolean;
  #parts = 0;

  /**
   * @param slots where parameters are put: those of another statement when this one becomes a part of it
   * @param justMade it reads a row that nothing refers to yet
   */
  constructor(resource: Resource, slots: Slot[] = [], alias = root, justMade = false) {
    this.resource = resource;
    this.slots = slots;
    this.alias = alias;
    this.#justMade = justMade;
    this.#present = new Set([alias]);
  }

  /** A SELECT within this one, over another resource: its parameters are this one's, and its aliases its own. */
  part(resource: Resource): Statement {
    this.#parts++;
    return new Statement(resource, this.slots, `${this.alias}__${this.#parts}`);
  }

  /** SQL of a path. */
  path(path: string): string {
    return this.#follow(this.resource, this.alias, path);
  }

  /** SQL with its `{paths}`, `{me}` and `{now}` filled in; `{value}` becomes `value` when one is given. */
  fill(template: string, value?: string): string {
    return this.#fill(this.resource, this.alias, template, value);
  }

  /** A placeholder for a value, cast so that PostgreSQL reads it as meant. */
  bind(slot: Slot, type: string): string {
    this.slots.push(slot);
    return `$${this.slots.length}::${type}`;
  }

  /**
   * `FROM table AS t JOIN …` with the joins that were needed so far.
   * @param table what stands in for the resource's own
   */
  from(table = this.resource.table): string {
    return [`FROM ${table} AS ${this.alias}`, ...this.#joins.values()].join(' ');
  }

  #fill(resource: Resource, alias: string, template: string, value?: string): string {
    return template.replace(inBraces, (_, path: string) => {
      if (path === 'me') return this.bind('me', 'int');
      if (path === 'now') return 'now()';
      if (path === 'value' && value !== undefined) return value;
      return this.#follow(resource, alias, path);
    });
  }

  #follow(resource: Resource, alias: string, path: string): string {
    const dot = path.indexOf('.');
    const name = dot < 0 ? path : path.slice(0, dot);
    const rest = dot < 0 ? '' : path.slice(dot + 1);
    if (name === 'id' && !rest) return `${alias}.id`;
    if (name === '$label' && !rest) return `(${this.#fill(resource, alias, resource.label)})`;
    if (name === '$own' && !rest) return `(${this.#fill(resource, alias, resource.own?.sql ?? 'false')})`;
    const field = resource.fields[name];
    if (!field) throw new Error(`${resource.name} declares no field ${name} (in the path ${path})`);
    if (!rest) return this.#expression(resource, alias, name, field);
    if (field.kind !== 'reference' || !field.target)
      throw new Error(`${resource.name}.${name} leads nowhere (${path})`);
    const target = resourceNamed(field.target);
    const joined = `${alias}_${name}`;
    if (!this.#joins.has(joined)) {
      const key = this.#expression(resource, alias, name, field);
      const present = !field.nullable && field.sql === undefined && this.#present.has(alias);
      if (present) this.#present.add(joined);
      this.#joins.set(joined, `${present ? '' : 'LEFT '}JOIN ${target.table} AS ${joined} ON ${joined}.id = ${key}`);
    }
    return this.#follow(target, joined, rest);
  }

  #expression(resource: Resource, alias: string, name: string, field: Field): string {
    if (field.sql !== undefined) {
      if (this.#justMade && alias === this.alias && field.atFirst !== undefined)
        return `${field.atFirst}::${typeOf(field)}`;
      return `(${this.#fill(resource, alias, field.sql)})`;
    }
    if (field.through) {
      const { table, from, to } = field.through;
      return `ARRAY(SELECT x.${to} FROM ${table} AS x WHERE x.${from} = ${alias}.id ORDER BY 1)`;
    }
    return `${alias}.${quoted(columnOf(name, field) ?? name)}`;
  }
}

/** A column name as SQL takes it (`end`, `primary` and `group` are words of the language). */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** The PostgreSQL type that a field's values are compared as. */
export function typeOf(field: Field): string {
  switch (field.kind) {
    case 'integer':
    case 'reference':
      return 'int';
    case 'choice':
      return hasNumbers(field) ? 'int' : 'text';
    case 'many':
      return 'int[]';
    case 'decimal':
      return 'numeric';
    case 'boolean':
      return 'boolean';
    case 'timestamp':
      return 'timestamptz';
    case 'date':
      return 'date';
    case 'interface':
    case 'address':
      return 'inet';
    case 'network':
      return 'cidr';
    case 'mac':
      return 'macaddr';
    case 'texts':
      return 'text[]';
    case 'json':
      return 'jsonb';
    case 'text':
      return 'text';
  }
}

/** The field that a path ends at, for its type; undefined for `id` and labels. */
export function fieldAt(resource: Resource, path: string): Field | undefined {
  const [name = '', ...rest] = path.split('.');
  const field = resource.fields[name];
  if (rest.length === 0 || !field?.target) return field;
  return fieldAt(resourceNamed(field.target), rest.join('.'));
}
