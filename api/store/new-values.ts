import type { Resource } from '../resources/declaration.ts';
import { columnOf, type Field } from '../resources/fields.ts';
import { literal } from './look.ts';
import { quoted } from './statement.ts';

/** So many arguments does a function of PostgreSQL take. */
const mostArguments = 100;

const everyNew = new WeakMap<Resource, string>();

/** What the audit trail keeps of a row just made, as SQL over `t`: PostgreSQL alone knows what it put in by itself. */
export function newValues(resource: Resource): string {
  const known = everyNew.get(resource);
  if (known !== undefined) return known;
  const changes = Object.entries(resource.fields).flatMap(([name, field]) => {
    const column = columnOf(name, field);
    if (!column || field.writeOnly) return [];
    // Of what is null nothing is left, as of anything put together with it.
    return [`${literal(`${JSON.stringify(name)}:{"new":`)} || ${asKept(field, `t.${quoted(column)}`)} || '},'`];
  });
  const texts: string[] = [];
  for (let n = 0; n < changes.length; n += mostArguments) {
    texts.push(`concat(${changes.slice(n, n + mostArguments).join(', ')})`);
  }
  // As a text: a third of the time that objects of PostgreSQL's take.
  const sql = `('{' || rtrim(${texts.join(' || ') || "''"}, ',') || '}')::jsonb`;
  everyNew.set(resource, sql);
  return sql;
}

/** JSON of a value as the audit trail keeps it, the same as the driver's; null of null. */
function asKept({ kind }: Field, column: string): string {
  switch (kind) {
    case 'timestamp':
      return `to_json(to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))`;
    case 'integer':
      // One of 64 bits may not fit a number of JavaScript.
      return `CASE pg_typeof(${column}) WHEN 'bigint'::regtype THEN to_json(${column}::text) ELSE to_json(${column}) END`;
    case 'address':
      return `to_json(host(${column}))`;
    case 'decimal':
    case 'interface':
    case 'network':
    case 'mac':
      return `to_json(${column}::text)`;
    case 'json':
      return `nullif(${column}, 'null')::text`;
    default:
      return `to_json(${column})`;
  }
}
