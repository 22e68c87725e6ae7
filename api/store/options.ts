import type { Principal } from '../../shared/access/principal.ts';
import type { Resource, Row } from '../resources/declaration.ts';
import type { Field } from '../resources/fields.ts';
import { targetOf } from './labelled.ts';
import type { Column, Projection } from './projection.ts';
import type { Condition, OffsetPage } from './query.ts';
import { Invalid } from './refusals.ts';
import { wordsOf } from './search.ts';
import { sightOf } from './sight.ts';
import { fieldAt } from './statement.ts';
import type { Store } from './store.ts';
import { readValue } from './values.ts';

/** A row that a form offers for a reference. */
export interface Option {
  readonly value: number;
  readonly label: string;
  readonly hint: string | null;
  /** Label of what it stands under, where the declaration groups options; null when it stands under nothing. */
  readonly under: string | null;
}

export interface Options {
  readonly rows: readonly Option[];
  /** How many there are in all. */
  readonly count: number;
  /** What they are grouped by: the resource whose labels stand over them; null when they are not. */
  readonly under: Resource | null;
}

export interface OptionWishes {
  /** What somebody typed: each word stands in the label or a searchable field. */
  readonly typed: string;
  /** The form as it stands: names to raw values. */
  readonly form: Row;
  readonly page: OffsetPage;
}

/**
 * The rows that a form offers for a reference or set: of those that the caller may view, the ones that the declaration
 * calls sensible beside the rest of the form. None where the caller may view none.
 * @throws Invalid when a value of the form that they depend on is not one
 */
export async function optionsOf(
  store: Store,
  principal: Principal,
  name: string,
  field: Field,
  { typed, form, page }: OptionWishes,
): Promise<Options> {
  const target = targetOf(name, field);
  const sees = sightOf(store, principal);
  if (sees(target, 'view') === 'nothing') return { rows: [], count: 0, under: null };
  const head = field.options?.under;
  const above = head ? targetOf(head, fieldAt(target, head) as Field) : null;
  const under = above && sees(above, 'view') === 'all' ? above : null;
  const projection = under && head ? projectionOf(target, head) : projectionOf(target, null);
  const order = under && head ? [`${head}.$label`, ...target.order] : [];
  const where = [...sensible(field, form), ...typedIn(typed)];
  const { text, count } = await store.list(principal, projection, { where, search: [], order, page });
  return { rows: JSON.parse(text ?? '[]'), count: count ?? 0, under };
}

function sensible({ options }: Field, form: Row): Condition[] {
  const only = options?.only ? [{ op: 'sql', sql: options.only } as const] : [];
  const narrowed = Object.entries(options?.by ?? {}).flatMap(([name, sql]): Condition[] => {
    const read = readValue(idField, form[name] === '' || form[name] === undefined ? null : form[name]);
    if ('error' in read || (read.value !== null && Math.abs(Number(read.value)) > 2_147_483_647)) {
      throw new Invalid({ [`state.${name}`]: ['The number of a row is required.'] });
    }
    return read.value === null ? [] : [{ op: 'sql', sql, value: read.value, type: 'int' }];
  });
  return [...only, ...narrowed];
}

const idField: Field = { kind: 'reference', nullable: true, schema: { type: 'integer' } };

/** Text in the label, so that what is shown can be typed; and in what else rows are searched by. */
const typedIn = (typed: string): Condition[] =>
  wordsOf(typed).map((value) => ({ op: 'anywhere', match: 'contains', value, beside: ['$label'] }));

const projections = new WeakMap<Resource, Map<string | null, Projection>>();

function projectionOf(target: Resource, head: string | null): Projection {
  const known = projections.get(target) ?? new Map<string | null, Projection>();
  projections.set(target, known);
  let projection = known.get(head);
  if (!projection) {
    const column = (key: string, sql: Column['sql']): Column => ({ key, sql });
    const columns = [
      column('value', (statement) => statement.path('id')),
      column('label', (statement) => `coalesce(${statement.path('$label')}, '#' || ${statement.path('id')})`),
      column('hint', (statement) => (target.hint ? `nullif(${statement.fill(target.hint)}, '')` : 'NULL::text')),
      column('under', (statement) => (head ? statement.path(`${head}.$label`) : 'NULL::text')),
    ];
    projection = { resource: target, name: `options${head ? ` under ${head}` : ''}`, columns };
    known.set(head, projection);
  }
  return projection;
}
