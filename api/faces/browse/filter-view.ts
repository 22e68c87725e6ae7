import { choiceWord, fieldLabel, helpOf } from '../../messages/declared.ts';
import { say } from '../../messages/say.ts';
import type { Filter } from '../../resources/declaration.ts';
import type { Field } from '../../resources/fields.ts';
import { resourceNamed } from '../../resources/index.ts';
import type { Sight } from '../../store/sight.ts';
import { fieldAt } from '../../store/statement.ts';
import { readBoolean } from '../../store/values.ts';
import { asksOf, reachOf } from '../../store/within-sight.ts';
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

const yesOrNo = () => [
  { value: 'true', label: say('browse.yes') },
  { value: 'false', label: say('browse.no') },
];

/**
 * The filters that a page offers: of those that were declared, and keys with few values, the ones that the caller may ask
 * about. The address may hold any other.
 */
export async function filterViews(
  spelled: Spelled,
  parameters: Readonly<Record<string, string>>,
  labels: Labels,
  sight: Sight,
): Promise<FilterView[]> {
  const declared = new Set(Object.keys(spelled.resource.filters ?? {}));
  const shown = [...filtersOf(spelled)].filter(([name, filter]) => {
    if (!asked(filter).every((path) => 'own' in reachOf(spelled.resource, path, sight))) return false;
    const field = typeof filter === 'string' ? fieldAt(spelled.resource, filter) : undefined;
    return declared.has(name) || (field && (field.choices || field.kind === 'boolean' || field.kind === 'reference'));
  });
  const views = shown.map(([name, filter]) => filterView(spelled, name, filter, parameters[name] ?? '', labels));
  return Promise.all(views);
}

/** The paths that a filter asks about. */
function asked(filter: Filter): string[] {
  if (typeof filter === 'string') return [filter];
  if ('path' in filter) return [filter.path];
  return asksOf('flag' in filter ? filter.flag : 'either' in filter ? filter.either : filter.sql);
}

async function filterView(
  { resource }: Spelled,
  name: string,
  filter: Filter,
  value: string,
  labels: Labels,
): Promise<FilterView> {
  const help = typeof filter === 'object' ? helpOf(filter) : '';
  const view = { name, label: fieldLabel(name), value, options: [], help };
  if (typeof filter === 'object' && 'flag' in filter) return choice(view, yesOrNo().slice(0, 1), wordOf(value));
  if (typeof filter === 'object' && 'either' in filter) return choice(view, yesOrNo(), wordOf(value));
  if (typeof filter === 'object' && 'sql' in filter) return { ...view, control: controlOf(filter.type) };
  const field = fieldAt(resource, typeof filter === 'string' ? filter : filter.path);
  const options = field && typeof filter === 'string' ? await optionsOf(field, labels) : null;
  if (options) return choice(view, options, field?.kind === 'boolean' ? wordOf(value) : value);
  const text = typeof filter === 'object' && ['iexact', 'contains', 'regex'].includes(filter.match);
  // Several values, separated by commas, are no number.
  return { ...view, control: text || !field || value.includes(',') ? 'text' : controlOf(field.kind) };
}

const any = () => ({ value: '', label: say('browse.any') });

/** A select; a value of the address that it does not offer (several ids, say) is kept as one more option. */
function choice(view: Omit<FilterView, 'control'>, options: FilterView['options'], value: string): FilterView {
  const offered = value === '' || options.some((option) => option.value === value);
  const kept = offered ? [] : [{ value, label: value }];
  return { ...view, control: 'select', value, options: [any(), ...options, ...kept] };
}

/** `1`, `True` and the like as the select has it. */
function wordOf(value: string): string {
  const read = readBoolean(value);
  return 'value' in read ? String(read.value) : value;
}

function controlOf(kind: Field['kind']): FilterView['control'] {
  if (kind === 'integer' || kind === 'reference' || kind === 'decimal') return 'number';
  if (kind === 'date') return 'date';
  return kind === 'timestamp' ? 'moment' : 'text';
}

async function optionsOf(field: Field, labels: Labels): Promise<FilterView['options'] | null> {
  if (field.choices)
    return Object.entries(field.choices).map(([value, label]) => ({ value, label: choiceWord(label) }));
  if (field.kind === 'boolean') return yesOrNo();
  if (!field.target) return null;
  const rows = await labels.choices(resourceNamed(field.target));
  if (!rows) return null;
  const none = field.nullable ? [{ value: 'null', label: say('browse.none') }] : [];
  return [...none, ...rows.map(({ id, label }) => ({ value: String(id), label }))];
}
