import { type Permission, permissions } from '../../../shared/access/roles.ts';
import type { Action, Expansion, ListAction, Resource, RestSpelling } from '../../resources/declaration.ts';
import { type Field, isRequired } from '../../resources/fields.ts';
import { resourceNamed, resources } from '../../resources/index.ts';
import { asJson, link, literal, minuteHere, number, plainLook } from '../../store/look.ts';
import { type Column, columnsSql, type Projection, type Show } from '../../store/projection.ts';
import type { Sight } from '../../store/sight.ts';
import { fieldAt } from '../../store/statement.ts';
import { isWritable } from '../../store/validation.ts';
import { isReadable } from '../../store/within-sight.ts';

/** One key of a spelling: what it is called on the wire, and the field behind it. */
export interface Key {
  readonly key: string;
  readonly name: string;
  readonly field: Field;
  /** Taken from clients in this spelling. */
  readonly writable: boolean;
  readonly required: boolean;
}

/** A resource as one REST path speaks it, worked out at start-up. */
export interface Spelled {
  readonly resource: Resource;
  readonly spelling: RestSpelling;
  /** Key of the id: `url`, `id` or `pk`. */
  readonly idKey: string;
  readonly keys: readonly Key[];
  /** `/api/inventory/host/` */
  readonly listPath: string;
  readonly projection: Projection;
  /** The projection with these expansions shown, as far as the caller may view what they show; null beyond. */
  expanded(names: ReadonlySet<string>, sight: Sight): Projection;
  /** What the declared views of a row show. */
  readonly views: Readonly<Record<string, Projection>>;
}

const idKeys = { hyperlinked: 'url', ids: 'id', pk: 'pk' } as const;

/** What can be done at a spelling's paths, roles aside. */
export const offeredAt = (spelling: RestSpelling): readonly Permission[] =>
  spelling.offers ?? (spelling.readOnlyFace ? ['view'] : permissions);

/** What else can be done at a spelling's paths. */
export const actionsAt = ({ resource, spelling }: Pick<Spelled, 'resource' | 'spelling'>) => {
  const whole = !spelling.withoutActions;
  return {
    row: (whole && resource.actions) || ({} as Readonly<Record<string, Action>>),
    list: (whole && resource.listActions) || ({} as Readonly<Record<string, ListAction>>),
  };
};

export const listPathOf = (spelling: RestSpelling): string => `/api/${spelling.path}/`;

/** The other path of a row, with `{id}`; '' without one. */
export const olderRowPath = ({ olderRow }: RestSpelling): string => (olderRow ? `/api/${olderRow}/` : '');

/** SQL that holds for the rows of a spelling that has only some. */
const onlySql = ({ only = {} }: RestSpelling): string =>
  Object.entries(only)
    .map(([name, value]) => `{${name}} = ${literal(value)}`)
    .join(' AND ');

/** The list path that hyperlinks to a resource go to. */
export function linkPathOf(resource: Resource): string {
  const linked = resource.rest.find((one) => one.style === 'hyperlinked') ?? resource.rest[0];
  if (!linked) throw new Error(`${resource.name} has no REST path to link to`);
  return listPathOf(linked);
}

function keysOf(resource: Resource, spelling: RestSpelling): Key[] {
  const shown = Object.entries(resource.fields).filter(([, field]) => !field.hidden && !field.aside);
  const names = [...(spelling.keys ?? shown.map(([name]) => name)), ...(spelling.alsoTakes ?? [])];
  return names.map((name) => {
    const field = resource.fields[name];
    if (!field) throw new Error(`${spelling.path} shows ${name}, which ${resource.name} does not declare`);
    const writable = isWritable(field) && !spelling.readOnly?.includes(name) && !spelling.readOnlyFace;
    return { key: spelling.rename?.[name] ?? name, name, field, writable, required: writable && isRequired(field) };
  });
}

function showAs(style: RestSpelling['style'], base: string): Show {
  return (field) => {
    if (style === 'hyperlinked' && field.target) {
      const one = link(base + linkPathOf(resourceNamed(field.target)));
      return field.kind === 'many' ? asJson((sql) => `ARRAY(SELECT ${one.json('x')} FROM unnest(${sql}) AS x)`) : one;
    }
    return style === 'pk' && field.kind === 'timestamp' ? minuteHere : plainLook(field);
  };
}

function columnsOf(keys: readonly Key[], spelling: RestSpelling, base: string, prefix = ''): Column[] {
  const show = showAs(spelling.style, base);
  const id: Column = {
    key: idKeys[spelling.style],
    sql: (statement) => statement.path(`${prefix}id`),
    look: spelling.style === 'hyperlinked' ? link(base + listPathOf(spelling)) : number,
  };
  const shown = keys.filter(({ field }) => !field.writeOnly && !field.inputOnly);
  return [id, ...shown.map(({ key, name, field }) => column(key, `${prefix}${name}`, field, show))];
}

const column = (key: string, path: string, field: Field, show: Show): Column => ({
  key,
  sql: (statement) => statement.path(path),
  look: show(field),
});

/** How much of what an expansion shows a caller may view. */
function seenOf(expansion: Expansion, from: Resource, sight: Sight): ReturnType<Sight> {
  if ('field' in expansion) return isReadable(from, expansion.field, sight) ? 'all' : 'nothing';
  return sight(spellingAt(expansion.spelling).resource);
}

function expansionColumn(
  parameter: string,
  expansion: Expansion,
  seen: ReturnType<Sight>,
  from: Resource,
  show: Show,
  base: string,
): Column {
  const key = expansion.as ?? parameter;
  if (seen === 'nothing') return { key, sql: () => 'NULL::text' };
  if ('field' in expansion) {
    const field = fieldAt(from, expansion.field);
    if (!field) throw new Error(`${from.name} declares no field ${expansion.field} to show as ${key}`);
    return column(key, expansion.field, field, show);
  }
  const { resource, spelling } = spellingAt(expansion.spelling);
  const keys = keysOf(resource, expansion.keys ? { ...spelling, keys: expansion.keys } : spelling);
  const columns = columnsOf(keys, spelling, base, `${expansion.reference}.`);
  return {
    key,
    sql: (statement) => {
      const list = columnsSql(statement, { columns });
      const theirs = seen === 'own' ? ` AND ${statement.path(`${expansion.reference}.$own`)}` : '';
      return `CASE WHEN ${statement.path(expansion.reference)} IS NOT NULL${theirs} THEN (SELECT to_json(x) FROM (SELECT ${list}) AS x) END`;
    },
  };
}

function spellingAt(path: string): { resource: Resource; spelling: RestSpelling } {
  for (const resource of resources) {
    const spelling = resource.rest.find((one) => one.path === path);
    if (spelling) return { resource, spelling };
  }
  throw new Error(`No resource is spelled at ${path}`);
}

/** Works out a spelling; `base` is the public URL that hyperlinks begin with. */
export function spell(resource: Resource, spelling: RestSpelling, base: string): Spelled {
  const keys = keysOf(resource, spelling);
  const plain = columnsOf(keys, spelling, base);
  const show = showAs(spelling.style, base);
  const some = spelling.only && { only: onlySql(spelling) };
  const variants = new Map<string, Projection>();
  const expanded = (names: ReadonlySet<string>, sight: Sight): Projection => {
    const wanted = Object.entries(spelling.expand ?? {})
      .filter(([name]) => names.has(name))
      .map(([name, expansion]) => [name, expansion, seenOf(expansion, resource, sight)] as const);
    const name = [spelling.path, ...wanted.map(([key, , seen]) => `${key}:${seen}`)].join('+');
    const known = variants.get(name);
    if (known) return known;
    const columns = [
      ...plain,
      ...wanted.map(([key, expansion, seen]) => expansionColumn(key, expansion, seen, resource, show, base)),
    ];
    const projection = { resource, name, columns, ...some };
    variants.set(name, projection);
    return projection;
  };
  const views = Object.entries(spelling.views ?? {}).map(([name, view]) => {
    const shown = Object.entries(view.keys).map(([key, path]) => {
      const field = fieldAt(resource, path);
      if (!field) throw new Error(`${resource.name} declares no field ${path} to show as ${key}`);
      return column(key, path, field, show);
    });
    return [name, { resource, name: `${spelling.path}/${name}`, columns: shown }] as const;
  });
  return {
    resource,
    spelling,
    views: Object.fromEntries(views),
    idKey: idKeys[spelling.style],
    keys,
    listPath: listPathOf(spelling),
    projection: { resource, name: spelling.path, columns: plain, ...some },
    expanded,
  };
}
