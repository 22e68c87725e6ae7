import { Type } from 'typebox';
import { audit } from '../../../shared/audit.ts';
import { Conflict } from '../../store/refusals.ts';
import type { Change, Filter, RestSpelling } from '../declaration.ts';
import { boolean, computed, type Field, integer, json, reference, text } from '../fields.ts';

/** A tree of places: the table (and resource) of the places, and what lies in them. */
export interface Tree {
  readonly table: 'part_category' | 'stock_location';
  readonly things: {
    readonly resource: string;
    readonly table: string;
    readonly column: string;
    readonly field: string;
  };
}

/** What every place in a tree is and knows of its way from the root, kept by the table's triggers. */
export const treeFields = ({ table }: Tree, holds: string): Record<string, Field> => ({
  name: text({ maxLength: 100 }),
  description: text({ maxLength: 250, blank: true }),
  parent: reference(table, { nullable: true }),
  structural: boolean({ default: false, help: holds }),
  level: integer({ readOnly: true, help: 'How many places lie above it.' }),
  pathstring: text({ readOnly: true, help: 'The names from the root to here, with / between.' }),
  way: computed(
    json(Type.Array(Type.Unknown())),
    `(SELECT json_agg(json_build_object('pk', above.id, 'name', above.name) ORDER BY above.level)
      FROM ${table} AS above WHERE above.id = ANY ((SELECT here.path FROM ${table} AS here WHERE here.id = {id})::int[]))`,
  ),
});

/** How many things lie in a place and below. */
export const thingsWithin = ({ table, things }: Tree, help: string): Field =>
  computed(
    integer({ help }),
    `(SELECT count(*)::int FROM ${things.table} AS thing JOIN ${table} AS place ON place.id = thing.${things.column}
      WHERE place.path @> ARRAY[{id}])`,
  );

/** How many places lie below a place. */
export const placesWithin = ({ table }: Tree, help: string): Field =>
  computed(integer({ help }), `(SELECT count(*)::int - 1 FROM ${table} AS below WHERE below.path @> ARRAY[{id}])`);

/** How both trees are named and searched. */
export const treeLook = {
  label: '{pathstring}',
  hint: '{description}',
  searchText: true,
  order: ['pathstring'],
} as const;

/** How both trees are narrowed. */
export const treeFilters = ({ table }: Tree): Record<string, Filter> => ({
  ancestor: { sql: `${isWithin(table, 'id')} AND {id} <> {value}`, type: 'reference' },
  top_level: { either: '{parent} IS NULL' },
});

/** The whole tree at once, with what draws it: the keys of InvenTree's tree lists. */
export const treeSpelling = (list: string, below: string): RestSpelling => ({
  path: `${list}/tree`,
  style: 'pk',
  keys: ['name', 'parent', 'icon', 'structural', below],
  readOnlyFace: true,
  withoutActions: true,
});

/** SQL that holds for the rows whose place, at `path`, is `{value}` or lies below it. */
export const isWithin = (table: string, path: string): string =>
  `{${path}} IN (SELECT below.id FROM ${table} AS below WHERE below.path @> ARRAY[{value}])`;

/** Constraints that both trees have. */
export const treeConstraints = ({ table }: Tree) => ({
  [`${table}_name`]: { field: null, says: 'Duplicate names cannot exist under the same parent' },
  [`${table}_no_circle`]: { field: 'parent', says: 'A place can not lie below itself.' },
});

/**
 * Before a place is deleted, what is directly in it moves up to the place above: other places, and things.
 * @returns ids of the things moved
 */
export async function moveUp({ trx, before, principal }: Change, { table: place, things }: Tree): Promise<number[]> {
  const from = before?.id as number;
  const to = (before?.parent ?? null) as number | null;
  const [above] = to === null ? [] : await trx(place).where({ id: to }).select('structural').forShare();
  const [filled] = await trx(things.table).where(things.column, from).limit(1).select('id');
  if (filled && above?.structural) {
    throw new Conflict('What is in here would move up, but the place above is structural. Move it elsewhere first.');
  }
  const places = { resource: place, table: place, column: 'parent_id', field: 'parent' };
  for (const { resource, table, column, field } of [places, things]) {
    const moved: { id: number }[] = await trx(table)
      .where(column, from)
      .update({ [column]: to })
      .returning('id');
    if (moved.length === 0) continue;
    const ids = moved.map(({ id }) => id).sort((a, b) => a - b);
    const changes = { [field]: { old: from, new: to }, ids: { new: ids } };
    await audit(trx, principal, { action: 'update', resource, objectId: null, changes });
    if (table === things.table) return ids;
  }
  return [];
}
