import type { Resource } from '../resources/declaration.ts';
import type { Field } from '../resources/fields.ts';
import { resourceNamed } from '../resources/index.ts';
import type { Sight } from './sight.ts';
import type { Statement } from './statement.ts';

/** The resource that a reference or a set leads to. */
export function targetOf(name: string, field: Field): Resource {
  if (!field.target) throw new Error(`${name} leads to no resource`);
  return resourceNamed(field.target);
}

/**
 * SQL of a reference as `{value, label}`, null when there is none. The label of a row that the caller may not view is
 * its number: nobody learns by a reference what they could not read.
 */
export function labelledSql(statement: Statement, name: string, field: Field, sees: Sight): string {
  const key = statement.path(name);
  const view = sees(targetOf(name, field), 'view');
  const number = `'#' || ${key}`;
  const label = view === 'nothing' ? number : `coalesce(${statement.path(`${name}.$label`)}, ${number})`;
  const shown = view === 'own' ? `CASE WHEN ${statement.path(`${name}.$own`)} THEN ${label} ELSE ${number} END` : label;
  return `CASE WHEN ${key} IS NOT NULL THEN json_build_object('value', ${key}, 'label', ${shown}) END`;
}

/** SQL of a set as a list of `{value, label}`, by label. */
export function labelledSetSql(statement: Statement, name: string, field: Field, sees: Sight): string {
  const target = targetOf(name, field);
  const other = statement.part(target);
  const id = other.path('id');
  const view = sees(target, 'view');
  const number = `'#' || ${id}`;
  const label = view === 'nothing' ? number : `coalesce(${other.path('$label')}, ${number})`;
  const shown = view === 'own' ? `CASE WHEN ${other.path('$own')} THEN ${label} ELSE ${number} END` : label;
  return `(SELECT coalesce(json_agg(one ORDER BY one.label, one.value), '[]')
    FROM (SELECT ${id} AS value, ${shown} AS label ${other.from()} WHERE ${id} = ANY(${statement.path(name)})) AS one)`;
}
