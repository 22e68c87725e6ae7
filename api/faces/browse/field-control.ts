import type { Config } from '../../../shared/config.ts';
import { choiceWord, helpOf, titlesOf } from '../../messages/declared.ts';
import { say } from '../../messages/say.ts';
import type { Field } from '../../resources/fields.ts';
import { resourceNamed } from '../../resources/index.ts';
import { linkPathOf } from '../rest/spelling.ts';
import type { FieldView } from './form-view.ts';
import type { Labels } from './labels.ts';

/** The list in which to find what a field must name. */
export function lookUpOf(target: string): FieldView['lookUp'] {
  const resource = resourceNamed(target);
  return { href: linkPathOf(resource), label: say('browse.look-through', { what: titlesOf(resource).manyInSentence }) };
}

/** What a field can be chosen from; null when that is no list, or too long a one. */
export async function optionsFor(field: Field, linked: boolean, labels: Labels): Promise<FieldView['options'] | null> {
  if (field.choices)
    return Object.entries(field.choices).map(([value, label]) => ({ value, label: choiceWord(label) }));
  if (!field.target) return null;
  const target = resourceNamed(field.target);
  const rows = await labels.choices(target);
  if (!rows) return null;
  const path = linkPathOf(target);
  return rows.map(({ id, label }) => ({ value: linked ? `${path}${id}/` : String(id), label }));
}

/** The control that a field is typed into. */
export function controlFor(field: Field, hasOptions: boolean, linked: boolean): FieldView['control'] {
  if (field.file) return 'file';
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
      return (field.maxLength ?? 1000) > 260 ? 'area' : 'text';
    default:
      return 'text';
  }
}

/** What a list says when nothing is chosen. */
export function blankOption(field: Field, required: boolean): FieldView['options'] {
  if (field.caller) return [{ value: '', label: say('browse.you') }];
  if (field.nullable) return [{ value: '', label: say('browse.none') }];
  return required && field.default === undefined ? [{ value: '', label: say('browse.choose') }] : [];
}

/** What a form says below a label; `again` in one that was refused. */
export function helpFor(
  field: Field,
  control: FieldView['control'],
  { timeZone, attachmentMegabytes: megabytes }: Pick<Config, 'timeZone' | 'attachmentMegabytes'>,
  again: boolean,
): string {
  const target = field.target && titlesOf(resourceNamed(field.target)).inSentence;
  const more = {
    moment: say('browse.time-in', { zone: timeZone }),
    number: target ? say('browse.number-help', { what: target }) : '',
    text: target ? say('browse.link-help', { what: target }) : '',
    area:
      field.kind === 'texts' || field.kind === 'many'
        ? say('browse.one-a-line')
        : field.kind === 'json'
          ? say('browse.as-json-help')
          : '',
    select: '',
    several: '',
    tick: '',
    date: '',
    // Browsers keep no choice of files for a page that comes after.
    file: [say('browse.file-size', { megabytes }), again && say('browse.file-again')].filter(Boolean).join(' '),
  }[control];
  return [helpOf(field), more].filter(Boolean).join(' ');
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
