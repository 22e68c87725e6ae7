import type { Person } from '../../../shared/access/principal.ts';
import type { Config } from '../../../shared/config.ts';
import { fieldLabel } from '../../messages/declared.ts';
import type { Action } from '../../resources/declaration.ts';
import { type Field, isRequired } from '../../resources/fields.ts';
import type { Spelled } from '../rest/spelling.ts';
import type { Shown } from './cells.ts';
import { blankOption, controlFor, helpFor, lookUpOf, optionsFor, typedText } from './field-control.ts';
import { type FileView, fileView } from './file-view.ts';
import type { Labels } from './labels.ts';

/** One field of a form, ready for its template. */
export interface FieldView {
  readonly name: string;
  readonly label: string;
  readonly control: 'text' | 'number' | 'area' | 'select' | 'several' | 'tick' | 'moment' | 'date' | 'file';
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
  /** For `file`. */
  readonly file: FileView | null;
  /** Where to look up what a number or link must name, when there is too much of it for a list. */
  readonly lookUp: { readonly href: string; readonly label: string } | null;
}

export interface FormView {
  /** Files stand last: what a form says beside them is known before they are taken in. */
  readonly fields: readonly FieldView[];
  readonly takesFiles: boolean;
  /** What concerns no single field. */
  readonly errors: readonly string[];
}

export interface FormFacts {
  readonly spelled: Spelled;
  readonly labels: Labels;
  readonly person: Person | null;
  readonly config: Pick<Config, 'timeZone' | 'attachmentMegabytes'>;
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
      // Forms of pages offer nothing that only programs put together.
      writable &&
      !(field.inputOnly && field.aside) &&
      (row === null || !field.inputOnly) &&
      (!field.superuserOnly || person?.isSuperuser),
  );
  const fields = await Promise.all(
    keys.map(({ key, field, required }) => fieldView(facts, key, field, required && row === null)),
  );
  const known = new Set(fields.map(({ name }) => name));
  const files = fields.filter(({ file }) => file);
  return {
    fields: [...fields.filter(({ file }) => !file), ...files],
    takesFiles: files.length > 0,
    errors: Object.entries(errors).flatMap(([name, texts]) => (known.has(name) ? [] : texts)),
  };
}

/** The form for what an action takes along. */
export async function actionForm(facts: Omit<FormFacts, 'row'>, action: Action): Promise<FormView> {
  const inputs = Object.entries(action.input ?? {});
  const fields = inputs.map(([key, field]) => fieldView({ ...facts, row: null }, key, field, isRequired(field)));
  return { fields: await Promise.all(fields), takesFiles: false, errors: [] };
}

async function fieldView(facts: FormFacts, name: string, field: Field, required: boolean): Promise<FieldView> {
  const { spelled, labels, row, typed, errors = {}, config } = facts;
  const linked = spelled.spelling.style === 'hyperlinked';
  const options = await optionsFor(field, linked, labels);
  const control = controlFor(field, options !== null, linked);
  const shown = facts.was ? String(facts.was[name] ?? '') : typedText(field, row ? row[name] : field.default, linked);
  const sent = typed && typed[name] !== undefined ? [typed[name]].flat().map(String) : null;
  return {
    name,
    label: fieldLabel(name),
    control,
    value: sent ? (sent.at(-1) ?? '') : shown,
    values: (sent ?? shown.split('\n')).filter(Boolean),
    options: control === 'select' ? [...blankOption(field, required), ...(options ?? [])] : (options ?? []),
    help: helpFor(field, control, config, typed !== undefined),
    optional: row === null && !required,
    required: required && control !== 'tick' && control !== 'several',
    error: errors[name]?.join(' ') ?? '',
    was: row && !field.writeOnly ? shown : null,
    maxLength: field.maxLength ?? null,
    bounds: { min: field.minimum ?? null, max: field.maximum ?? null, step: field.kind === 'decimal' ? 'any' : '1' },
    lookUp: options === null && field.target ? lookUpOf(field.target) : null,
    mono: ['json', 'mac', 'address', 'interface', 'network'].includes(field.kind),
    file: control === 'file' ? fileView(field, shown, sent !== null) : null,
  };
}
