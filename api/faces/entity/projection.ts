import { LRUCache } from 'lru-cache';
import { boolean, numberAsText, plainLook, secondInUtc, text } from '../../store/look.ts';
import type { Column, Projection, Show } from '../../store/projection.ts';
import type { Sight } from '../../store/sight.ts';
import type { Statement } from '../../store/statement.ts';
import type { Link } from './links.ts';
import { type Entity, isShown, type Key, shownKeys } from './spelling.ts';

/** Moments as `YYYY-MM-DD HH:mm:ss` in UTC; everything else as every face prints it. */
const show: Show = (field) => (field.kind === 'timestamp' ? secondInUtc : plainLook(field));

/** Clients choose what is selected, so only so many projections are kept. */
const kept = new LRUCache<string, Projection>({ max: 500 });

/**
 * What an answer shows of an entity: everything, or the keys selected and those that are always there. Names of other
 * rows are shown as far as the caller may view those.
 */
export function projectionOf(entity: Entity, sight: Sight, select: ReadonlySet<string> | null = null): Projection {
  const keys = entity.keys.filter((key) => isShown(key) && (!select || isSelected(entity, key, select)));
  const seen = keys.map(({ target }) => (target ? sight(target)[0] : '')).join('');
  const name = `${entity.name} ${select ? keys.map(({ key }) => key).join(',') : '*'} ${seen}`;
  let projection = kept.get(name);
  if (!projection) {
    const columns = [idColumn, notDeleted, ...keys.flatMap((key) => columnsOf(key, sight))];
    projection = { resource: entity.resource, name, columns };
    kept.set(name, projection);
  }
  return projection;
}

/** The id alone. */
export const idProjection = ({ resource, name }: Entity): Projection => ({
  resource,
  name: `${name} id`,
  columns: [idColumn],
});

const forLinks = new WeakMap<Link, Projection>();

/** The ids that a row's own reference or set holds; nothing for relations that others hold. */
export function linkedIdsProjection({ resource, name }: Entity, link: Link): Projection {
  const { from, several, field, name: named } = link;
  const ids = (statement: Statement) =>
    several ? statement.path(field) : `array_remove(ARRAY[${statement.path(field)}], NULL)`;
  const sql = (statement: Statement) => (from === 'own' ? ids(statement) : 'NULL::int[]');
  const projection = forLinks.get(link) ?? { resource, name: `${name} ${named} ids`, columns: [{ key: 'ids', sql }] };
  forLinks.set(link, projection);
  return projection;
}

function isSelected({ always }: Entity, key: Key, select: ReadonlySet<string>): boolean {
  return [key.key, ...shownKeys(key)].some((one) => select.has(one) || always.has(one));
}

const idColumn: Column = { key: 'id', sql: (statement) => statement.path('id'), look: numberAsText };
const notDeleted: Column = { key: 'deleted', sql: () => 'false', look: boolean };

function columnsOf({ key, name, field, target }: Key, sight: Sight): Column[] {
  if (!target) return [{ key, sql: (statement) => statement.path(name), look: show(field) }];
  const seen = sight(target);
  if (field.kind === 'many') {
    return [
      { key: `${key}Ids`, sql: (statement) => `${statement.path(name)}::text[]` },
      { key: `${key}Names`, sql: (statement) => namesSql(statement, name, target, seen) },
    ];
  }
  return [
    { key: `${key}Id`, sql: (statement) => statement.path(name), look: numberAsText },
    { key: `${key}Name`, sql: (statement) => nameSql(statement, name, seen), look: text },
  ];
}

type Seen = ReturnType<Sight>;

function nameSql(statement: Statement, name: string, seen: Seen): string {
  if (seen === 'nothing') return 'NULL::text';
  const label = `(${statement.path(`${name}.$label`)})::text`;
  return seen === 'all' ? label : `CASE WHEN ${statement.path(`${name}.$own`)} THEN ${label} END`;
}

/** An object of ids and names; `{}` when there is nothing, never `[]`. */
function namesSql(statement: Statement, name: string, target: NonNullable<Key['target']>, seen: Seen): string {
  if (seen === 'nothing') return `'{}'::json`;
  const ids = statement.path(name);
  const part = statement.part(target);
  const label = `(${part.path('$label')})::text`;
  const own = seen === 'own' ? ` AND ${part.path('$own')}` : '';
  const id = part.path('id');
  return `(SELECT coalesce(json_object_agg(${id}::text, ${label}), '{}') ${part.from()} WHERE ${id} = ANY(${ids})${own})`;
}
