import type { Person } from '../../../shared/access/principal.ts';
import type { Action } from '../../resources/declaration.ts';
import { type Field, isRequired } from '../../resources/fields.ts';
import { resourceNamed } from '../../resources/index.ts';
import { labelOf } from '../rest/describe.ts';
import { linkPathOf, type Spelled } from '../rest/spelling.ts';
import type { Shown } from './cells.ts';
import type { Labels } from './labels.ts';

/** One field of a form, ready for its template. */
export interface FieldView {
  readonly name: string;
  readonly label: string;
  readonly control: 'text' | 'number' | 'area' | 'select' | 'several' | 'tick' | 'moment' | 'date';
  readonly value: string;
  /** For `several`. */
  readonly values: readonly string[];
  readonly options: readonly { readonly value: string; readonly label: string }[];
  readonly help: string;
  readonly required: boolean;
  /** Said beside the label; a form for changing says it of nothing. */
  readonly optional: boolean;
  readonly error: string;
  /** What the form showed at first, so that only what was changed is written. */
  readonly was: string | null;
  readonly maxLength: number | null;
  readonly bounds: { readonly min: number | null; readonly max: number | null; readonly step: string };
  readonly mono: boolean;
}

export interface FormView {
  readonly fields: readonly FieldView[];
  /** What concerns no single field. */
  readonly errors: readonly string[];
}

export interface FormFacts {
  readonly spelled: Spelled;
  readonly labels: Labels;
  readonly person: Person | null;
  readonly timeZone: string;
  /** The row to change; null for a new one. */
  readonly row: Shown | null;
  /** What a form that was refused showed at first, as its controls wrote it. */
  readonly was?: Shown;
  /** What was sent before it was refused. */
  readonly typed?: Shown;
  readonly errors?: Readonly<Record<string, readonly string[]>>;
}

/** The form for a new row, or for changing one. */
export async function rowForm(facts: FormFacts): Promise<FormView> {
  const { spelled, row, person, errors = {} } = facts;
  const keys = spelled.keys.filter(
    ({ writable, field }) =>
      // Forms of pages are sent as text.
      writable && !field.image && (row === null || !field.inputOnly) && (!field.superuserOnly || person?.isSuperuser),
  );
  const fields = await Promise.all(
    keys.map(({ key, field, required }) => fieldView(facts, key, field, required && row === null)),
  );
  const known = new Set(fields.map(({ name }) => name));
  return { fields, errors: Object.entries(errors).flatMap(([name, texts]) => (known.has(name) ? [] : texts)) };
}

/** The form for what an action takes along. */
export async function actionForm(facts: Omit<FormFacts, 'row'>, action: Action): Promise<FormView> {
  const inputs = Object.entries(action.input ?? {});
  const fields = inputs.map(([key, field]) => fieldView({ ...facts, row: null }, key, field, isRequired(field)));
  return { fields: await Promise.all(fields), errors: [] };
}

async function fieldView(facts: FormFacts, name: string, field: Field, required: boolean): Promise<FieldView> {
  const { spelled, labels, row, typed, errors = {}, timeZone } = facts;
  const linked = spelled.spelling.style === 'hyperlinked';
  const options = await optionsFor(field, linked, labels);
  const control = controlFor(field, options !== null, linked);
  const shown = facts.was ? String(facts.was[name] ?? '') : typedText(field, row ? row[name] : field.default, linked);
  const sent = typed && typed[name] !== undefined ? [typed[name]].flat().map(String) : null;
  return {
    name,
    label: labelOf(name),
    control,
    value: sent ? (sent.at(-1) ?? '') : shown,
    values: (sent ?? shown.split('\n')).filter(Boolean),
    options: control === 'select' ? [...blankOption(field, required), ...(options ?? [])] : (options ?? []),
    help: helpFor(field, control, timeZone),
    optional: row === null && !required,
    required: required && control !== 'tick' && control !== 'several',
    error: errors[name]?.join(' ') ?? '',
    was: row && !field.writeOnly ? shown : null,
    maxLength: field.maxLength ?? null,
    bounds: { min: field.minimum ?? null, max: field.maximum ?? null, step: field.kind === 'decimal' ? 'any' : '1' },
    mono: ['json', 'mac', 'address', 'interface', 'network'].includes(field.kind),
  };
}

async function optionsFor(field: Field, linked: boolean, labels: Labels): Promise<FieldView['options'] | null> {
  if (field.choices) return Object.entries(field.choices).map(([value, label]) => ({ value, label }));
  if (!field.target) return null;
  const target = resourceNamed(field.target);
  const rows = await labels.choices(target);
  if (!rows) return null;
  const path = linkPathOf(target);
  return rows.map(({ id, label }) => ({ value: linked ? `${path}${id}/` : String(id), label }));
}

function controlFor(field: Field, hasOptions: boolean, linked: boolean): FieldView['control'] {
  if (field.kind === 'many') return hasOptions ? 'several' : 'area';
  if (hasOptions) return 'select';
  switch (field.kind) {
    case 'reference':
      return linked ? 'text' : 'number';
    case 'boolean':
      return 'tick';
    case 'integer':
    case 'decimal':
      return 'number';
    case 'timestamp':
      return 'moment';
    case 'date':
      return 'date';
    case 'texts':
    case 'json':
      return 'area';
    case 'text':
      return (field.maxLength ?? 1000) > 250 ? 'area' : 'text';
    default:
      return 'text';
  }
}

function blankOption(field: Field, required: boolean): FieldView['options'] {
  if (field.caller) return [{ value: '', label: 'You' }];
  if (field.nullable) return [{ value: '', label: 'None' }];
  return required && field.default === undefined ? [{ value: '', label: 'Choose' }] : [];
}

function helpFor(field: Field, control: FieldView['control'], timeZone: string): string {
  const target = field.target && resourceNamed(field.target).title[0].toLowerCase();
  const more = {
    moment: `Time in ${timeZone}.`,
    number: target ? `Number of the ${target}.` : '',
    text: target ? `Link to the ${target}.` : '',
    area: field.kind === 'texts' || field.kind === 'many' ? 'One a line.' : field.kind === 'json' ? 'As JSON.' : '',
    select: '',
    several: '',
    tick: '',
    date: '',
  }[control];
  return [field.help, more].filter(Boolean).join(' ');
}

/** A value of an answer as its control shows it. */
export function typedText(field: Field, value: unknown, linked: boolean): string {
  if (value === null || value === undefined) return '';
  if (field.kind === 'many' || field.kind === 'texts') {
    return [value]
      .flat()
      .map((one) => (linked && field.target ? pathOf(String(one)) : String(one)))
      .join('\n');
  }
  if (field.kind === 'json') return JSON.stringify(value);
  if (field.target && linked) return pathOf(String(value));
  // Whole minutes without their seconds, as the control itself writes them.
  if (field.kind === 'timestamp')
    return String(value)
      .replace(' ', 'T')
      .slice(0, 19)
      .replace(/(T\d{2}:\d{2}):00$/, '$1');
  return String(value);
}

const pathOf = (link: string): string => (URL.canParse(link) ? new URL(link).pathname : link);
