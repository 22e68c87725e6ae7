import { titlesOf } from '../messages/declared.ts';
import { say } from '../messages/say.ts';
import type { Resource } from '../resources/declaration.ts';
import { columnOf } from '../resources/fields.ts';
import { resources } from '../resources/index.ts';
import type { Query } from './query.ts';
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

function titleOf(table: string | undefined): string {
  const resource = resources.find((one) => one.table === table);
  return resource ? titlesOf(resource).manyInSentence : say('refusals.others');
}

/** Where a query has a pattern; of several, none is to blame more than the others. */
function placeOfPattern({ where }: Query): string | undefined {
  const places = where.flatMap((one) => {
    if (one.op === 'anywhere') return one.match === 'regex' ? ['search'] : [];
    return one.op === 'regex' ? [one.path] : [];
  });
  return new Set(places).size === 1 ? places[0] : undefined;
}

/**
 * What PostgreSQL refused, as the store says it: constraint violations are the caller's to mend, not failures of ours.
 * Null when the error is of another kind.
 */
export function refusalOf(error: unknown, resource: Resource, deleting: boolean, query?: Query): Refusal | null {
  if (!isDatabaseError(error)) return null;
  const declared = error.constraint ? resource.constraints?.[error.constraint] : undefined;
  if (declared) return new Invalid({ [declared.field ?? rowRule]: [declared.says] });
  const what = titlesOf(resource).inSentence;
  const field = fieldOfDetail(resource, error.detail) ?? rowRule;
  switch (error.code) {
    case '23505':
      return new Invalid({ [field]: [say('refusals.taken', { what })] });
    case '23503':
      return deleting || error.detail?.includes('still referenced')
        ? new Conflict(say('refusals.used', { what, others: titleOf(error.table) }))
        : new Invalid({ [field]: [say('refusals.no-object')] });
    case '23502':
      return new Invalid({ [error.column ?? rowRule]: [say('values.required')] });
    case '23514':
    case '44000':
      return new Invalid({ [rowRule]: [say('refusals.together')] });
    case '23P01':
      return new Conflict(say('refusals.clash', { what }));
    // A row too wide for an index; JSON nested too deep.
    case '54000':
    case '54001':
      return new Invalid({ [rowRule]: [say('refusals.deep')] });
    case '2201B':
      return new Invalid({ [(query && placeOfPattern(query)) ?? rowRule]: [say('refusals.pattern')] });
    case '57014':
      return new Unavailable(say('refusals.long'), 30);
    case '40001':
    case '40P01':
      return new Conflict(say('refusals.moment'));
    default:
      // Class 22: a value that is none of its type, or out of its range.
      return error.code.startsWith('22') ? new Invalid({ [rowRule]: [say('refusals.range')] }) : null;
  }
}
