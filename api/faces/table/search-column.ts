import type { Field } from '../../resources/fields.ts';
import { targetOf } from '../../store/labelled.ts';
import type { Condition } from '../../store/query.ts';
import { Invalid } from '../../store/refusals.ts';
import type { Sight } from '../../store/sight.ts';
import { typeOf } from '../../store/statement.ts';
import { readValue, wordOf } from '../../store/values.ts';
import { listOf } from './input.ts';
import type { TableField } from './tabled.ts';

/**
 * What one of `search_columns` asks for. A text finds what contains it, whatever the case; numbers, booleans and ids
 * are compared; a list finds any of its values (null among them: rows without one); `{from, to}` bounds numbers and
 * dates. Null when the value is empty and nothing is asked.
 * @throws Invalid naming the column
 */
export function searchColumn({ name, field, label }: TableField, raw: unknown, sees: Sight): Condition | null {
  const refuse = (says: string): never => {
    throw new Invalid({ [`search_columns.${name}`]: [`${label}: ${says}`] });
  };
  if (isEmpty(raw)) return null;
  if (isRange(raw)) return rangeOf(name, field, raw, refuse);
  const values = (isOption(raw) ? [raw] : listOf(raw)).map((one) => (isOption(one) ? one.value : one));
  const of = values.map((value): Condition => {
    if (isEmpty(value)) return emptyOf(name, field);
    if (typeof value === 'object') return refuse('a text, a number or a list of them is required.');
    return one(name, field, value, sees, refuse);
  });
  return of.length === 1 ? (of[0] ?? null) : { op: 'or', of };
}

/** What a table shows of another row, or a select offers: it may be sent back. */
const isOption = (raw: unknown): raw is { value: unknown } => typeof raw === 'object' && raw !== null && 'value' in raw;

type Refuse = (says: string) => never;
const isEmpty = (raw: unknown): raw is null | undefined | '' =>
  raw === null || raw === undefined || (typeof raw === 'string' && raw.trim() === '') || isEmptyList(raw);
const isEmptyList = (raw: unknown): boolean => Array.isArray(raw) && raw.length === 0;

function emptyOf(path: string, field: Field): Condition {
  if (field.kind === 'many' || field.kind === 'texts') return { op: 'empty', path };
  const missing: Condition = { op: 'null', path };
  return field.kind === 'text' ? { op: 'or', of: [missing, { op: 'sql', sql: `{${path}} = ''` }] } : missing;
}

function one(path: string, field: Field, raw: unknown, sees: Sight, refuse: Refuse): Condition {
  const text = wordOf(raw).trim();
  switch (field.kind) {
    case 'text':
    case 'interface':
    case 'network':
    case 'mac':
    case 'address':
      return contains(path, text);
    case 'texts':
      return containing(`array_to_string({${path}}, chr(10))`, text);
    case 'choice':
      return choice(path, field, text);
    case 'many':
      return { op: 'overlaps', path, values: [read(idField, raw, refuse)] };
    case 'reference':
      if (typeof raw === 'number' || /^\d+$/.test(text)) return { op: 'eq', path, value: read(idField, raw, refuse) };
      return labelContains(path, field, text, sees);
    case 'timestamp':
    case 'date':
      return moment(path, field, text, refuse);
    default:
      return { op: 'eq', path, value: read(field, raw, refuse) };
  }
}

const idField: Field = { kind: 'reference', schema: { type: 'integer' } };

const contains = (path: string, value: string): Condition => ({ op: 'contains', path, value });

/** `sql` is a declared path in functions of ours. */
const containing = (sql: string, value: string): Condition => ({
  op: 'sql',
  sql: `strpos(lower(${sql}), lower({value})) > 0`,
  value,
  type: 'text',
});

/** A value itself, else the values that have the text in them or in what people call them. */
function choice(path: string, { choices = {} }: Field, text: string): Condition {
  const lower = text.toLowerCase();
  const keys = Object.keys(choices);
  const exact = keys.find((key) => key.toLowerCase() === lower);
  const values = exact ? [exact] : keys.filter((key) => `${key}\n${choices[key]}`.toLowerCase().includes(lower));
  return { op: 'or', of: values.map((value) => ({ op: 'iexact', path, value })) };
}

/** Only labels that the caller may read are looked through. */
function labelContains(path: string, field: Field, text: string, sees: Sight): Condition {
  const resource = targetOf(path, field);
  if (sees(resource, 'view') === 'nothing') return { op: 'or', of: [] };
  return { op: 'through', path, resource, of: contains('$label', text) };
}

/** A day means all of it, in the installation's zone. */
function moment(path: string, field: Field, text: string, refuse: Refuse): Condition {
  if (field.kind === 'date' || !isDay(text)) return { op: 'eq', path, value: read(field, text, refuse) };
  return rangeOf(path, field, { from: text, to: text }, refuse);
}

const isDay = (text: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(text);

interface Range {
  readonly from?: unknown;
  readonly to?: unknown;
}

const isRange = (raw: unknown): raw is Range =>
  typeof raw === 'object' &&
  raw !== null &&
  !Array.isArray(raw) &&
  Object.keys(raw).length > 0 &&
  Object.keys(raw).every((key) => key === 'from' || key === 'to');

const bounded: ReadonlySet<string> = new Set(['integer', 'decimal', 'timestamp', 'date']);

function rangeOf(path: string, field: Field, { from, to }: Range, refuse: Refuse): Condition {
  if (!bounded.has(field.kind)) return refuse('this can not be searched from one value to another.');
  const sql = (test: string, value: unknown): Condition => ({ op: 'sql', sql: test, value, type: typeOf(field) });
  const bounds: Condition[] = [];
  if (!isEmpty(from)) bounds.push(sql(`{${path}} >= {value}`, read(asDay(field, from), from, refuse)));
  if (!isEmpty(to)) {
    const value = read(asDay(field, to), to, refuse);
    const wholeDay = field.kind === 'timestamp' && isDay(String(value));
    bounds.push(sql(wholeDay ? `{${path}} < {value} + interval '1 day'` : `{${path}} <= {value}`, value));
  }
  return { op: 'and', of: bounds };
}

/** Bounds of moments may be days; PostgreSQL reads them as midnight in the installation's zone. */
const asDay = (field: Field, raw: unknown): Field =>
  field.kind === 'timestamp' && typeof raw === 'string' && isDay(raw.trim())
    ? { kind: 'date', schema: field.schema }
    : field;

function read(field: Field, raw: unknown, refuse: Refuse): unknown {
  const found = readValue(field, typeof raw === 'boolean' && field.kind !== 'boolean' ? String(raw) : raw);
  if ('error' in found) return refuse(found.error);
  if (typeof found.value === 'number' && Math.abs(found.value) > 2_147_483_647)
    return refuse('this number is too large.');
  return found.value;
}
