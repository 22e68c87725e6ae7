import { say } from '../../messages/say.ts';
import type { Field } from '../../resources/fields.ts';
import type { Shown } from './cells.ts';

/** The fields that one form has, by wire name. */
type Fields = Iterable<readonly [name: string, field: Field]>;

/** What of a form is a mark of its own and no value. */
export const wasPrefix = 'was-';

/**
 * What a form sent, as the body of the request that it stands for. Fields that still say what the form showed at first
 * are left out, so that a change writes what was changed and nothing else.
 */
export function formValues(
  fields: Fields,
  typed: Shown,
): { body: Record<string, unknown>; errors: Record<string, string[]> } {
  const body: Record<string, unknown> = {};
  const errors: Record<string, string[]> = {};
  for (const [name, field] of fields) {
    const sent = typed[name];
    if (sent === undefined) continue;
    const texts = [sent].flat().map(String);
    if (typed[wasPrefix + name] !== undefined && unchanged(field, texts, String(typed[wasPrefix + name]))) continue;
    const value = readControl(field, texts);
    if (value === unreadable) errors[name] = [say('browse.not-json')];
    else if (value !== undefined) body[name] = value;
  }
  return { body, errors };
}

const lines = (text: string): string[] =>
  text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter(Boolean);

function unchanged(field: Field, texts: readonly string[], was: string): boolean {
  if (field.kind === 'many' || field.kind === 'texts') {
    return JSON.stringify(texts.flatMap(lines).sort()) === JSON.stringify(lines(was).sort());
  }
  return (texts.at(-1) ?? '').replaceAll('\r\n', '\n') === was.replaceAll('\r\n', '\n');
}

const unreadable = Symbol('unreadable');

function readControl(field: Field, texts: readonly string[]): unknown {
  if (field.kind === 'many' || field.kind === 'texts') return texts.flatMap(lines);
  // A tick box sends its hidden «false» before its «true».
  const text = texts.at(-1) ?? '';
  if (field.kind === 'json') return text.trim() === '' ? (field.nullable ? null : undefined) : parsed(text);
  // An empty control says nothing, unless there may be nothing.
  if (text === '' && field.kind !== 'text') return field.nullable ? null : undefined;
  if (text === '' && !field.blank && field.nullable) return null;
  return text;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return unreadable;
  }
}
