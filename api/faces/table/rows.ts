import type { Permission } from '../../../shared/access/roles.ts';
import { labelledSetSql, labelledSql, targetOf } from '../../store/labelled.ts';
import { literal, microsecondInUtc, number, plainLook } from '../../store/look.ts';
import type { Wanted } from '../../store/operation.ts';
import type { Column, Projection, Show } from '../../store/projection.ts';
import type { Sight } from '../../store/sight.ts';
import type { Tabled, TableField } from './tabled.ts';

/** What is shown of a row: the table's columns, or all of it. */
export type Extent = 'table' | 'detail';

/** Moments in UTC with microseconds, as Laravel prints them; everything else as every face does. */
const show: Show = (field) => (field.kind === 'timestamp' ? microsecondInUtc : plainLook(field));

const id: Column = { key: 'id', sql: (statement) => statement.path('id'), look: number };

/** Values as a write takes them: references by number. */
export const minimalRow = (tabled: Tabled, extent: Extent): Projection =>
  kept(tabled, `minimal ${extent}`, () => [id, ...fieldsOf(tabled, extent).map(plainColumn)]);

/** Values as people read them: references with their labels, and what this caller may do to each row. */
export function fullRow(tabled: Tabled, extent: Extent, sees: Sight): Projection {
  const fields = fieldsOf(tabled, extent);
  return kept(tabled, `full ${extent} ${sightKey(tabled, fields, sees)}`, () => [
    id,
    ...fields.map((field) => labelledColumn(field, sees)),
    { key: 'actions', sql: (statement) => actionsSql(tabled, sees, () => statement.path('$own')) },
  ]);
}

/** The number of a row and one field of it. */
export const oneField = (tabled: Tabled, field: TableField, sees: Sight): Projection =>
  kept(tabled, `field ${field.name} ${sightKey(tabled, [field], sees)}`, () => [id, labelledColumn(field, sees)]);

/** What can be done to a row, by the name that paths have for it. */
export function rowActions({ resource, offered }: Tabled): [name: string, wanted: Wanted][] {
  const offers = (permission: Permission) => offered.includes(permission);
  return [
    ['view', 'view'],
    ...(offers('change') ? [['edit', 'change'] satisfies [string, Permission]] : []),
    ...(offers('delete') ? [[deleteAction, 'delete'] satisfies [string, Permission]] : []),
    ...Object.entries(resource.actions ?? {}),
  ];
}

/** What deleting is called among the actions. */
export const deleteAction = 'delete_resource';

function actionsSql(tabled: Tabled, sees: Sight, own: () => string): string {
  const names = rowActions(tabled).flatMap(([name, wanted]) => {
    const may = name === 'view' ? 'all' : sees(tabled.resource, wanted);
    if (may === 'nothing') return [];
    return [may === 'all' ? literal(name) : `CASE WHEN ${own()} THEN ${literal(name)} END`];
  });
  return `array_remove(ARRAY[${names.join(', ')}]::text[], NULL)`;
}

const fieldsOf = (tabled: Tabled, extent: Extent): TableField[] =>
  [...(extent === 'table' ? tabled.columns : tabled.fields).values()].filter(({ shown }) => shown);

const plainColumn = ({ name, field }: TableField): Column => ({
  key: name,
  sql: (statement) => statement.path(name),
  look: show(field),
});

function labelledColumn(shown: TableField, sees: Sight): Column {
  const { name, field } = shown;
  if (field.kind === 'reference') return { key: name, sql: (statement) => labelledSql(statement, name, field, sees) };
  if (field.kind === 'many') return { key: name, sql: (statement) => labelledSetSql(statement, name, field, sees) };
  if (field.file) return { key: name, sql: (statement) => fileSql(show(field).json(statement.path(name))) };
  return plainColumn(shown);
}

/** A file as `{name, url}`. */
const fileSql = (url: string): string =>
  `CASE WHEN ${url} IS NOT NULL THEN json_build_object('name', regexp_replace(${url}, '^.*/', ''), 'url', ${url}) END`;

/** What of a caller's rights makes a difference to the SQL; few callers differ in it. */
function sightKey(tabled: Tabled, fields: readonly TableField[], sees: Sight): string {
  const targets = fields.flatMap(({ name, field }) => (field.target ? [targetOf(name, field)] : []));
  return [
    ...targets.map((target) => sees(target, 'view')),
    ...rowActions(tabled).map(([, wanted]) => sees(tabled.resource, wanted)),
  ].join(' ');
}

const projections = new WeakMap<Tabled, Map<string, Projection>>();
/** Different rights of callers make different projections; so many of a resource are kept. */
const mostKept = 200;

function kept(tabled: Tabled, name: string, columns: () => Column[]): Projection {
  const known = projections.get(tabled) ?? new Map<string, Projection>();
  projections.set(tabled, known);
  let projection = known.get(name);
  if (!projection) {
    if (known.size >= mostKept) known.clear();
    projection = { resource: tabled.resource, name, columns: columns() };
    known.set(name, projection);
  }
  return projection;
}
