import type { Resource } from '../resources/declaration.ts';
import type { Field } from '../resources/fields.ts';
import { asJson, type Look } from './look.ts';
import { quoted, type Statement } from './statement.ts';

export { literal } from './look.ts';

/** How one face shows a field's values. */
export type Show = (field: Field) => Look;

/** One key of an answer, the SQL of the value behind it, and how that looks. */
export interface Column {
  readonly key: string;
  /** Called once for each statement that is compiled. */
  readonly sql: (statement: Statement) => string;
  /** Default: as PostgreSQL prints it. */
  readonly look?: Look;
}

/** What a face shows of a resource: compiled once at start-up. */
export interface Projection {
  readonly resource: Resource;
  /** Tells projections of one resource apart. */
  readonly name: string;
  readonly columns: readonly Column[];
  /** SQL over the resource's `{paths}`: the rows that are shown at all. */
  readonly only?: string;
}

const usual = asJson();

export const lookOf = ({ look = usual }: Column): Look => look;

/** The select list of columns, for PostgreSQL to print as JSON. */
export const columnsSql = (statement: Statement, { columns }: Pick<Projection, 'columns'>): string =>
  columns.map((column) => `${lookOf(column).json(column.sql(statement))} AS ${quoted(column.key)}`).join(', ');
