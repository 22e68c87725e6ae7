import type { Resource } from '../resources/declaration.ts';
import type { Field } from '../resources/fields.ts';
import { quoted, type Statement } from './statement.ts';

/** How one face shows a field's value, as SQL over the SQL of its value. */
export type Show = (field: Field, sql: string) => string;

/** One key of an answer and the SQL behind it, made when a statement is compiled. */
export interface Column {
  readonly key: string;
  readonly sql: (statement: Statement) => string;
}

/** What a face shows of a resource: compiled once at start-up; PostgreSQL prints the JSON. */
export interface Projection {
  readonly resource: Resource;
  /** Tells projections of one resource apart. */
  readonly name: string;
  readonly columns: readonly Column[];
  /** SQL over the resource's `{paths}`: the rows that are shown at all. */
  readonly only?: string;
}

/** The select list of a projection. */
export const columnsSql = (statement: Statement, { columns }: Projection): string =>
  columns.map(({ key, sql }) => `${sql(statement)} AS ${quoted(key)}`).join(', ');

/** A text as an SQL literal. For what the declaration and the configuration say, never for what a client says. */
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** A moment as ISO 8601 in the connection's zone, with Z for UTC. */
const isoMoment = (sql: string): string => `replace(to_json(${sql})#>>'{}', '+00:00', 'Z')`;

/** What every face prints alike; faces override kinds where their dialect differs. */
export const showPlain: Show = (field, sql) => {
  // Keys from elsewhere lead to no file of ours.
  if (field.file) return `CASE WHEN ${sql} ~ '^(images|files)/' THEN '/media/' || ${sql} END`;
  switch (field.kind) {
    case 'timestamp':
      return isoMoment(sql);
    case 'interface':
    case 'network':
    case 'mac':
      return `(${sql})::text`;
    case 'address':
      return `host(${sql})`;
    case 'decimal':
      return field.as === 'text' ? `(${sql})::text` : `trim_scale(${sql})`;
    default:
      return sql;
  }
};
