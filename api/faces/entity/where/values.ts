import type { Field } from '../../../resources/fields.ts';
import { Invalid } from '../../../store/refusals.ts';
import { type Read, readValue } from '../../../store/values.ts';

const naive = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?$/;

/** Reads a value as this dialect writes it: moments without a zone are UTC, and a day alone is its beginning. */
export function readEntityValue(field: Field, raw: unknown): Read {
  if (field.kind !== 'timestamp' || typeof raw !== 'string' || !naive.test(raw.trim())) return readValue(field, raw);
  const moment = raw.trim();
  return readValue(field, moment.length === 10 ? `${moment} 00:00Z` : `${moment}Z`);
}

/** A value to compare with. @throws Invalid naming the attribute */
export function comparedValue(attribute: string, field: Field, raw: unknown): unknown {
  const read = readEntityValue({ ...field, nullable: false }, raw ?? '');
  if ('error' in read) throw new Invalid({ [attribute]: [read.error] });
  const { value } = read;
  const fits = typeof value !== 'number' || Math.abs(value) <= 2_147_483_647;
  if (!fits) throw new Invalid({ [attribute]: ['This number is too large.'] });
  return value;
}
