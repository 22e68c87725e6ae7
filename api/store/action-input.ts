import type { Action, ListAction, Resource, Row } from '../resources/declaration.ts';
import { type Field, reference } from '../resources/fields.ts';
import { Invalid, rowRule } from './refusals.ts';
import { validate } from './validation.ts';
import { defaultsOf } from './write.ts';

/** The most rows that one request may name. */
export const mostRows = 1000;

type Fields = Readonly<Record<string, Field>>;

const shapes = new WeakMap<Fields, Resource>();
const none: Fields = {};

/** Reads values by declared fields, as a resource's own are read. @throws Invalid */
function readBy(fields: Fields, given: Row): Row {
  let shape = shapes.get(fields);
  if (!shape) {
    shape = { name: 'action', fields } as Resource;
    shapes.set(fields, shape);
  }
  return { ...defaultsOf(shape), ...validate(shape, given, true) };
}

/** Reads and checks what a caller gives along with an action. @throws Invalid naming each field */
export const actionInput = ({ input = none }: Action | ListAction, given: Row): Row => readBy(input, given);

/** One row that a caller named for an action, and what was said of it. */
export interface NamedRow {
  readonly id: number;
  readonly said: Row;
}

const idField = { id: reference('') };

/** Reads which rows an action on several is about. @throws Invalid under `items` */
export function namedRows({ items: { key, said = none } }: ListAction, given: unknown): NamedRow[] {
  return readRows(given, (one) => {
    const id = readId(key === null ? one : objectOf(one)[key], key);
    return { id, said: key === null ? {} : readBy(said, objectOf(one)) };
  });
}

/** Reads a bare list of ids. @throws Invalid under `items`, or of nothing in particular when there are none */
export function namedIds(given: unknown): number[] {
  if (given === undefined || (Array.isArray(given) && given.length === 0)) {
    throw new Invalid({ [rowRule]: ['List of items must be provided for bulk operation.'] });
  }
  return readRows(given, (one) => ({ id: readId(one, null), said: {} })).map(({ id }) => id);
}

function readRows(given: unknown, read: (one: unknown) => NamedRow): NamedRow[] {
  if (!Array.isArray(given)) throw new Invalid({ items: ['A list of items is required.'] });
  if (given.length === 0) throw new Invalid({ items: ['At least one item is required.'] });
  if (given.length > mostRows) throw new Invalid({ items: [`At most ${mostRows} items may be named at once.`] });
  const errors: string[] = [];
  const rows = given.flatMap((one, n) => {
    try {
      return [read(one)];
    } catch (error) {
      if (!(error instanceof Invalid)) throw error;
      errors.push(...Object.entries(error.fields).map(([name, texts]) => `Item ${n + 1}: ${name}: ${texts.join(' ')}`));
      return [];
    }
  });
  const ids = new Set<number>();
  for (const { id } of rows) {
    if (ids.has(id)) errors.push(`${id} is named twice.`);
    ids.add(id);
  }
  if (errors.length > 0) throw new Invalid({ items: errors });
  return rows;
}

function readId(raw: unknown, key: string | null): number {
  try {
    return readBy(idField, { id: raw }).id as number;
  } catch (error) {
    throw error instanceof Invalid ? new Invalid({ [key ?? 'id']: Object.values(error.fields).flat() }) : error;
  }
}

function objectOf(one: unknown): Row {
  if (typeof one === 'object' && one !== null && !Array.isArray(one)) return one as Row;
  throw new Invalid({ item: ['An object is required.'] });
}
