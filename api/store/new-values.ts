import type { Resource } from '../resources/declaration.ts';
import { columnOf, type Field } from '../resources/fields.ts';
import { literal } from './look.ts';
import { quoted } from './statement.ts';

const everyNew = new WeakMap<Resource, string>();

/** What the audit trail keeps of a row just made, as SQL over `t`: PostgreSQL alone knows what it put in by itself. */
export function newValues(resource: Resource): string {
  const known = everyNew.get(resource);
  if (known !== undefined) return known;
  const values = Object.entries(resource.fields).flatMap(([name, field]) => {
    const column = columnOf(name, field);
    return column && !field.writeOnly ? [`(${literal(name)}, ${asKept(field, `t.${quoted(column)}`)})`] : [];
  });
  const sql = `(SELECT coalesce(jsonb_object_agg(name, jsonb_build_object('new', value)), '{}')
    FROM (VALUES ${values.join(', ')}) AS fields (name, value) WHERE value <> 'null')`;
  everyNew.set(resource, sql);
  return sql;
}

/** A value as the audit trail keeps it, the same as the driver's in JSON. */
function asKept({ kind }: Field, column: string): string {
  switch (kind) {
    case 'timestamp':
      return `to_jsonb(to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))`;
    case 'integer':
      // One of 64 bits may not fit a number of JavaScript.
      return `CASE pg_typeof(${column}) WHEN 'bigint'::regtype THEN to_jsonb(${column}::text) ELSE to_jsonb(${column}) END`;
    case 'address':
      return `to_jsonb(host(${column}))`;
    case 'decimal':
    case 'interface':
    case 'network':
    case 'mac':
      return `to_jsonb(${column}::text)`;
    default:
      return `to_jsonb(${column})`;
  }
}
