import { date, timestamp } from '../../resources/fields.ts';
import { readValue } from '../../store/values.ts';
import { ImportProblem } from '../problem.ts';

const largest = 2_147_483_647;

/**
 * One record of a Django dump: `{model, pk, fields}`. Its readers answer a field's value as our tables take it, or
 * refuse the file, naming model, key and field. They remember what was asked for, so that the rest can be told.
 */
export class Record {
  readonly model: string;
  readonly key: number;
  readonly #fields: Readonly<globalThis.Record<string, unknown>>;
  readonly #asked = new Set<string>();

  constructor(model: string, key: number, fields: Readonly<globalThis.Record<string, unknown>>) {
    this.model = model;
    this.key = key;
    this.#fields = fields;
  }

  /** @throws ImportProblem always */
  refuse(field: string | null, why: string): never {
    throw new ImportProblem(`${this.model} ${this.key}${field ? `, field ${field}` : ''}`, why);
  }

  /** The raw value; undefined when the record has no such field. */
  raw(field: string): unknown {
    this.#asked.add(field);
    return this.#fields[field];
  }

  /** Names of fields that hold something and that nobody asked for. */
  leftOver(): string[] {
    return Object.keys(this.#fields).filter((name) => !this.#asked.has(name) && !isNothing(this.#fields[name]));
  }

  /** Text that must be there and not be empty. */
  text(field: string, longest: number): string {
    const value = this.textOr(field, longest, '');
    return value === '' ? this.refuse(field, 'a text is required.') : value;
  }

  /** Text, or `absent` where there is none. */
  textOr<T extends string | null>(field: string, longest: number, absent: T): string | T {
    const value = this.raw(field);
    if (value === undefined || value === null) return absent;
    if (typeof value !== 'string') return this.refuse(field, `a text is required, not ${shown(value)}.`);
    if (value.length > longest) return this.refuse(field, `this may have at most ${longest} characters.`);
    if (value.includes('\0')) return this.refuse(field, 'null characters are not allowed.');
    return value;
  }

  flag(field: string, absent: boolean): boolean {
    const value = this.raw(field);
    if (value === undefined || value === null) return absent;
    return typeof value === 'boolean' ? value : this.refuse(field, `true or false is required, not ${shown(value)}.`);
  }

  integer(field: string, absent: number): number;
  integer(field: string, absent: null): number | null;
  integer(field: string, absent: number | null): number | null {
    const value = this.raw(field);
    if (value === undefined || value === null) return absent;
    if (typeof value !== 'number' || !Number.isInteger(value) || Math.abs(value) > largest) {
      return this.refuse(field, `a whole number is required, not ${shown(value)}.`);
    }
    return value;
  }

  /** A decimal of at most `whole` digits before the point, exact, as text. Not negative. */
  decimal(field: string, whole: number): string | null {
    const value = this.raw(field);
    if (value === undefined || value === null) return null;
    const text = typeof value === 'number' || typeof value === 'string' ? String(value) : '';
    if (!/^\d+(\.\d*)?$/.test(text))
      return this.refuse(field, `a number of 0 or more is required, not ${shown(value)}.`);
    if ((text.split('.')[0] ?? '').replace(/^0+/, '').length > whole)
      return this.refuse(field, 'this number is too large.');
    return text;
  }

  /** A day, `YYYY-MM-DD`. */
  day(field: string): string | null {
    const value = this.raw(field);
    if (value === undefined || value === null) return null;
    const read = readValue(date(), value);
    return 'error' in read ? this.refuse(field, `this is no date: ${shown(value)}.`) : (read.value as string);
  }

  /** A moment; without an offset it is taken as UTC. */
  moment(field: string): string | null {
    const value = this.raw(field);
    if (value === undefined || value === null) return null;
    const read = readValue(timestamp(), value);
    if ('error' in read) return this.refuse(field, `this is no date with time: ${shown(value)}.`);
    const text = read.value as string;
    return /(Z|[+-]\d\d(:?\d\d)?)$/.test(text) ? text : `${text}Z`;
  }

  /** A JSON object; `{}` where there is none. */
  object(field: string): globalThis.Record<string, unknown> {
    const value = this.raw(field) ?? {};
    return isObject(value) ? value : this.refuse(field, `an object is required, not ${shown(value)}.`);
  }

  /** The key of another record; null where there is none. */
  reference(field: string): number | null {
    const value = this.raw(field);
    if (value === undefined || value === null) return null;
    return isKey(value) ? value : this.refuse(field, `a key is required, not ${shown(value)}.`);
  }

  /** What names a person or a group: a natural key (`["admin"]`), or a key. */
  named(field: string): string | number | null {
    const value = this.raw(field);
    return value === undefined || value === null ? null : this.#name(field, value);
  }

  /** The same for a list of them. */
  allNamed(field: string): (string | number)[] {
    const value = this.raw(field) ?? [];
    if (!Array.isArray(value)) return this.refuse(field, `a list is required, not ${shown(value)}.`);
    return value.map((one) => this.#name(field, one));
  }

  #name(field: string, value: unknown): string | number {
    if (isKey(value)) return value;
    const name: unknown = Array.isArray(value) && value.length === 1 ? value[0] : undefined;
    return typeof name === 'string'
      ? name
      : this.refuse(field, `a name in a list or a key is required, not ${shown(value)}.`);
  }
}

export const isKey = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= largest;

export const isObject = (value: unknown): value is globalThis.Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Empty, false or zero: nothing is lost when it is left out. */
const isNothing = (value: unknown): boolean =>
  !value || /^0(\.0+)?$/.test(String(value)) || (typeof value === 'object' && Object.keys(value).length === 0);

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
