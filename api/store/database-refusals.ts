import type { Resource } from '../resources/declaration.ts';
import { columnOf } from '../resources/fields.ts';
import { resources } from '../resources/index.ts';
import { Conflict, Invalid, type Refusal, rowRule, Unavailable } from './refusals.ts';

/** What PostgreSQL's driver says of an error, as far as we read it. */
interface DatabaseError extends Error {
  readonly code: string;
  readonly constraint?: string;
  readonly detail?: string;
  readonly column?: string;
  readonly table?: string;
}

const isDatabaseError = (error: unknown): error is DatabaseError =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code);

/** The field whose column a constraint's detail names: `Key (lower(hostname::text))=(x) already exists.` */
function fieldOfDetail(resource: Resource, detail: string | undefined): string | undefined {
  const key = /^Key \((.*?)\)=\(/.exec(detail ?? '')?.[1] ?? '';
  const columns: string[] = key.match(/[a-z_][a-z0-9_]*/g) ?? [];
  return Object.entries(resource.fields).find(([name, field]) => {
    const column = columnOf(name, field) ?? field.through?.to;
    return column !== undefined && columns.includes(column);
  })?.[0];
}

const titleOf = (table: string | undefined): string =>
  resources.find((one) => one.table === table)?.title[1].toLowerCase() ?? 'other records';

/**
 * What PostgreSQL refused, as the store says it: constraint violations are the caller's to mend, not failures of ours.
 * Null when the error is of another kind.
 */
export function refusalOf(error: unknown, resource: Resource, deleting: boolean): Refusal | null {
  if (!isDatabaseError(error)) return null;
  const declared = error.constraint ? resource.constraints?.[error.constraint] : undefined;
  if (declared) return new Invalid({ [declared.field ?? rowRule]: [declared.says] });
  const field = fieldOfDetail(resource, error.detail) ?? rowRule;
  switch (error.code) {
    case '23505':
      return new Invalid({ [field]: [`Another ${resource.title[0].toLowerCase()} has this already.`] });
    case '23503':
      return deleting || error.detail?.includes('still referenced')
        ? new Conflict(`This ${resource.title[0].toLowerCase()} is still used by ${titleOf(error.table)}.`)
        : new Invalid({ [field]: ['There is no such object.'] });
    case '23502':
      return new Invalid({ [error.column ?? rowRule]: ['This field is required.'] });
    case '23514':
    case '44000':
      return new Invalid({ [rowRule]: ['These values do not go together.'] });
    case '23P01':
      return new Conflict(`This ${resource.title[0].toLowerCase()} clashes with another.`);
    // A row too wide for an index; JSON nested too deep.
    case '54000':
    case '54001':
      return new Invalid({ [rowRule]: ['A value is too long or nested too deep.'] });
    case '57014':
      return new Unavailable('This took too long. Ask for less: narrow the list, or read it in pages.', 30);
    case '40001':
    case '40P01':
      return new Conflict('Somebody else changed this at the same moment. Try again.');
    default:
      // Class 22: a value that is none of its type, or out of its range.
      return error.code.startsWith('22')
        ? new Invalid({ [rowRule]: ['A value is out of range or not of its type.'] })
        : null;
  }
}
