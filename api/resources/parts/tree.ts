import { Type } from 'typebox';
import { audit } from '../../../shared/audit.ts';
import { Conflict } from '../../store/refusals.ts';
import type { Change } from '../declaration.ts';
import { computed, type Field, integer, json, text } from '../fields.ts';

/** What every place in a tree knows of its way from the root, kept by the table's triggers. */
export const treeFields = (table: string): Record<string, Field> => ({
  level: integer({ readOnly: true, help: 'How many places lie above it.' }),
  pathstring: text({ readOnly: true, help: 'The names from the root to here, with / between.' }),
  way: computed(
    json(Type.Array(Type.Unknown())),
    `(SELECT json_agg(json_build_object('pk', above.id, 'name', above.name) ORDER BY above.level)
      FROM ${table} AS above WHERE above.id = ANY ((SELECT here.path FROM ${table} AS here WHERE here.id = {id})::int[]))`,
  ),
});

/** SQL that holds for the rows whose place, at `path`, is `{value}` or lies below it. */
export const isWithin = (table: string, path: string): string =>
  `{${path}} IN (SELECT below.id FROM ${table} AS below WHERE below.path @> ARRAY[{value}])`;

/** Constraints that both trees have, by the name of their table. */
export const treeConstraints = (table: string) => ({
  [`${table}_name`]: { field: null, says: 'Duplicate names cannot exist under the same parent' },
  [`${table}_no_circle`]: { field: 'parent', says: 'A place can not lie below itself.' },
});

/**
 * Before a place is deleted, what is directly in it moves up to the place above: other places, and things.
 * @returns ids of the things moved
 */
export async function moveUp(
  { trx, before, principal }: Change,
  place: { resource: string; table: string },
  things: { resource: string; table: string; column: string; field: string },
): Promise<number[]> {
  const from = before?.id as number;
  const to = (before?.parent ?? null) as number | null;
  const [above] = to === null ? [] : await trx(place.table).where({ id: to }).select('structural').forShare();
  const [filled] = await trx(things.table).where(things.column, from).limit(1).select('id');
  if (filled && above?.structural) {
    throw new Conflict('What is in here would move up, but the place above is structural. Move it elsewhere first.');
  }
  for (const { resource, table, column, field } of [{ ...place, column: 'parent_id', field: 'parent' }, things]) {
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
