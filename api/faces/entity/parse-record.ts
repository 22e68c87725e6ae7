import type { Row } from '../../resources/declaration.ts';
import type { Field } from '../../resources/fields.ts';
import { same } from '../../store/changes.ts';
import { Conflict, Invalid, rowRule } from '../../store/refusals.ts';
import type { Entity } from './spelling.ts';
import { readEntityValue } from './where/values.ts';

/**
 * A record as field names to raw values. What the server owns, names of other rows and keys that mean nothing are left
 * out, as clients send back what they received.
 * @throws Invalid when it is no object
 */
export function parseRecord(entity: Entity, body: unknown): Row {
  const record = objectOf(body);
  const given: Row = {};
  for (const { name, field, writable } of entity.keys) {
    if (!writable) continue;
    const raw = record[keyOfField(entity, name)];
    if (raw === undefined) continue;
    const read = field.kind === 'timestamp' && typeof raw === 'string' ? readEntityValue(field, raw) : { value: raw };
    given[name] = 'error' in read ? raw : read.value;
  }
  return given;
}

export function objectOf(body: unknown): Readonly<Record<string, unknown>> {
  if (body === undefined || body === null || body === '') return {};
  if (typeof body !== 'object' || Array.isArray(body)) throw new Invalid({ [rowRule]: ['A JSON object is required.'] });
  return body as Record<string, unknown>;
}

/**
 * The values that a client last saw (`_prev`): `unlessChanged` refuses with a conflict when somebody changed one of them
 * meanwhile.
 */
export function previousOf(entity: Entity, previous: unknown): { unlessChanged(before: Row): void } {
  const seen = Object.entries(typeof previous === 'object' && previous ? parseRecord(entity, previous) : {});
  return {
    unlessChanged(before) {
      const changed = seen.filter(([name, was]) => !isStill(entity.resource.fields[name], was, before[name]));
      if (changed.length === 0) return;
      throw new Conflict(
        `Somebody else changed this meanwhile: ${changed.map(([name]) => keyOfField(entity, name)).join(', ')}.`,
      );
    },
  };
}

function isStill(field: Field | undefined, was: unknown, now: unknown): boolean {
  const read = field ? readEntityValue(field, was) : { value: was };
  if ('error' in read) return false;
  const { value } = read;
  // Clients see seconds.
  if (now instanceof Date && typeof value === 'string')
    return Math.abs(new Date(value).getTime() - now.getTime()) < 1000;
  return field?.kind === 'decimal' && value !== null && now !== null ? Number(value) === Number(now) : same(value, now);
}

const keyOfField = ({ keys }: Entity, name: string): string => {
  const key = keys.find((one) => one.name === name);
  if (!key) return name;
  return key.target ? `${key.key}${key.field.kind === 'many' ? 'Ids' : 'Id'}` : key.key;
};

/** Refusals by the keys that clients know. */
export function withKeys(entity: Entity, error: unknown): unknown {
  if (!(error instanceof Invalid)) return error;
  const named = Object.entries(error.fields).map(([name, texts]) => [keyOfField(entity, name), texts]);
  return new Invalid(Object.fromEntries(named));
}

/** Ids as clients list them: `id`, `ids`, `ids=a,b`. @throws Invalid naming the key */
export function readIds(key: string, ...raws: readonly unknown[]): number[] {
  const texts = raws.flatMap((raw) => (raw === undefined || raw === null ? [] : [raw].flat()));
  const ids = texts
    .flatMap((one) => wordOf(one).split(','))
    .map((one) => one.trim())
    .filter(Boolean)
    .map(readId);
  if (ids.includes(null)) throw new Invalid({ [key]: ['Ids are whole numbers.'] });
  if (ids.length > mostIds) throw new Invalid({ [key]: [`At most ${mostIds} ids may be named at once.`] });
  return [...new Set(ids as number[])];
}

/** The most rows that one request may change. */
export const mostIds = 1000;

/** What may stand for an id; anything else is no id, and not every value has a text. */
const wordOf = (raw: unknown): string => (typeof raw === 'string' || typeof raw === 'number' ? String(raw) : '-');

export function readId(raw: unknown): number | null {
  const id = /^\d{1,10}$/.test(wordOf(raw)) ? Number(raw) : 0;
  return id >= 1 && id <= 2_147_483_647 ? id : null;
}
