import type { Filter } from '../../resources/declaration.ts';
import type { Field } from '../../resources/fields.ts';
import { resourceNamed } from '../../resources/index.ts';
import { fieldAt } from '../../store/statement.ts';
import { labelOf } from '../rest/describe.ts';
import { filtersOf } from '../rest/parse-query.ts';
import type { Spelled } from '../rest/spelling.ts';
import type { Labels } from './labels.ts';

/** One control of a list's filter form. */
export interface FilterView {
  readonly name: string;
  readonly label: string;
  readonly control: 'text' | 'number' | 'date' | 'moment' | 'select';
  readonly value: string;
  readonly options: readonly { readonly value: string; readonly label: string }[];
  readonly help: string;
}

const yesOrNo = [
  { value: 'true', label: 'Yes' },
  { value: 'false', label: 'No' },
];

/** The filters that a page offers: those that were declared, and keys with few values. The address may hold any other. */
export async function filterViews(
  spelled: Spelled,
  parameters: Readonly<Record<string, string>>,
  labels: Labels,
): Promise<FilterView[]> {
  const declared = new Set(Object.keys(spelled.resource.filters ?? {}));
  const shown = [...filtersOf(spelled)].filter(([name, filter]) => {
    const field = typeof filter === 'string' ? fieldAt(spelled.resource, filter) : undefined;
    return declared.has(name) || (field && (field.choices || field.kind === 'boolean' || field.kind === 'reference'));
  });
  const views = shown.map(([name, filter]) => filterView(spelled, name, filter, parameters[name] ?? '', labels));
  return Promise.all(views);
}

async function filterView(
  { resource }: Spelled,
  name: string,
  filter: Filter,
  value: string,
  labels: Labels,
): Promise<FilterView> {
  const help = typeof filter === 'object' ? (filter.help ?? '') : '';
  const view = { name, label: labelOf(name), value, options: [], help };
  if (typeof filter === 'object' && 'flag' in filter) {
    return { ...view, control: 'select', options: [any, ...yesOrNo.slice(0, 1)] };
  }
  if (typeof filter === 'object' && 'either' in filter)
    return { ...view, control: 'select', options: [any, ...yesOrNo] };
  if (typeof filter === 'object' && 'sql' in filter) return { ...view, control: controlOf(filter.type) };
  const field = fieldAt(resource, typeof filter === 'string' ? filter : filter.path);
  const options = field && typeof filter === 'string' ? await optionsOf(field, labels) : null;
  if (options) return { ...view, control: 'select', options: [any, ...options] };
  const text = typeof filter === 'object' && ['iexact', 'contains', 'regex'].includes(filter.match);
  return { ...view, control: text || !field ? 'text' : controlOf(field.kind) };
}

const any = { value: '', label: 'Any' };

function controlOf(kind: Field['kind']): FilterView['control'] {
  if (kind === 'integer' || kind === 'reference' || kind === 'decimal') return 'number';
  if (kind === 'date') return 'date';
  return kind === 'timestamp' ? 'moment' : 'text';
}

async function optionsOf(field: Field, labels: Labels): Promise<FilterView['options'] | null> {
  if (field.choices) return Object.entries(field.choices).map(([value, label]) => ({ value, label }));
  if (field.kind === 'boolean') return yesOrNo;
  if (!field.target) return null;
  const rows = await labels.choices(resourceNamed(field.target));
  if (!rows) return null;
  const none = field.nullable ? [{ value: 'null', label: 'None' }] : [];
  return [...none, ...rows.map(({ id, label }) => ({ value: String(id), label }))];
}
