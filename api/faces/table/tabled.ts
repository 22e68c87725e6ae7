import { type Permission, permissions } from '../../../shared/access/roles.ts';
import type { Resource } from '../../resources/declaration.ts';
import { columnOf, type Field, isRequired } from '../../resources/fields.ts';
import { pluralOf } from '../../resources/plural.ts';
import { isWritable } from '../../store/validation.ts';
import { labelOf } from '../rest/describe.ts';
import { offeredAt } from '../rest/spelling.ts';

/** A field as tables and forms speak of it. */
export interface TableField {
  readonly name: string;
  readonly field: Field;
  readonly label: string;
  /** What kind of input or cell it is. */
  readonly type: string;
  readonly shown: boolean;
  readonly writable: boolean;
  readonly required: boolean;
  readonly sortable: boolean;
  readonly searchable: boolean;
}

/** A resource as the table face speaks it, worked out at start-up. */
export interface Tabled {
  readonly resource: Resource;
  /** `hosts` */
  readonly name: string;
  /** `/api/resources/hosts` */
  readonly path: string;
  /** What can be done to it at all, roles aside. */
  readonly offered: readonly Permission[];
  /** All that is shown or taken, by name, in declared order. */
  readonly fields: ReadonlyMap<string, TableField>;
  /** Those that the table shows, and that lists may be searched and sorted by. */
  readonly columns: ReadonlyMap<string, TableField>;
}

const types: Readonly<Record<Field['kind'], string>> = {
  integer: 'number',
  decimal: 'number',
  text: 'text',
  boolean: 'boolean',
  choice: 'select',
  timestamp: 'datetime',
  date: 'date',
  reference: 'belongs_to',
  many: 'belongs_to_many',
  interface: 'text',
  address: 'text',
  network: 'text',
  mac: 'text',
  texts: 'list',
  json: 'json',
};

export const typeOfField = ({ kind, file, image }: Field): string => (image ? 'image' : file ? 'file' : types[kind]);

/** Texts up to this length fit a table's cell. */
const longestCell = 250;

export function table(resource: Resource): Tabled {
  const offered = offeredOf(resource);
  const writes = offered.includes('add') || offered.includes('change');
  const all = Object.entries(resource.fields)
    .filter(([, field]) => !field.hidden && !field.aside)
    .map(([name, field]) => [name, tableField(resource, name, field, writes)] as const);
  const fields = new Map(all);
  const columns = new Map(
    resource.columns?.map((name) => [name, shownField(resource, fields, name)] as const) ?? all.filter(isCell),
  );
  const name = pluralOf(resource);
  return { resource, name, path: `/api/resources/${name}`, offered, fields, columns };
}

/** What can be done to a resource anywhere: at one of its REST paths, or as an entity where it has none. */
function offeredOf({ rest, entity }: Resource): Permission[] {
  const elsewhere = rest.length === 0 && entity ? (entity.offers ?? permissions) : [];
  return permissions.filter(
    (permission) => elsewhere.includes(permission) || rest.some((spelling) => offeredAt(spelling).includes(permission)),
  );
}

function tableField(resource: Resource, name: string, field: Field, writes: boolean): TableField {
  const shownOnly = resource.rest.length > 0 && resource.rest.every(({ readOnly }) => readOnly?.includes(name));
  const writable = writes && isWritable(field) && !shownOnly;
  const stored = columnOf(name, field) !== null || field.sql !== undefined;
  const listed = field.kind === 'json' || field.kind === 'texts';
  return {
    name,
    field,
    label: labelOf(name),
    type: typeOfField(field),
    shown: !field.writeOnly && !field.inputOnly,
    writable,
    required: writable && isRequired(field),
    sortable: stored && !listed && !field.file && !field.writeOnly,
    searchable: (stored || field.kind === 'many') && field.kind !== 'json' && !field.file && !field.writeOnly,
  };
}

const isCell = ([, { shown, field }]: readonly [string, TableField]): boolean =>
  shown && field.kind !== 'json' && (field.maxLength ?? 0) <= longestCell;

function shownField({ name: of }: Resource, fields: ReadonlyMap<string, TableField>, name: string): TableField {
  const found = fields.get(name);
  if (!found?.shown) throw new Error(`${of} has no field ${name} for a column`);
  return found;
}

/** Resources by the word in the path: several, and one as well. @throws Error when two would answer to one word */
export function tableAll(resources: readonly Resource[]): ReadonlyMap<string, Tabled> {
  const found = new Map<string, Tabled>();
  for (const resource of resources) {
    const tabled = table(resource);
    for (const word of new Set([tabled.name, resource.name])) {
      const other = found.get(word);
      if (other) throw new Error(`${resource.name} and ${other.resource.name} are both called ${word}`);
      found.set(word, tabled);
    }
  }
  return found;
}
