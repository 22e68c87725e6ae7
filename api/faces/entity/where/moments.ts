import type { Field } from '../../../resources/fields.ts';
import type { Span } from '../../../store/query.ts';
import { wordOf } from '../../../store/values.ts';
import { type Item, invalidWhere } from './read-where.ts';

type Stretch = Pick<Span, 'unit' | 'from' | 'until'>;

const fixed: Readonly<Record<string, Stretch>> = {
  today: { unit: 'day', from: 0, until: 1 },
  lastSevenDays: { unit: 'day', from: -7, until: 1 },
  currentMonth: { unit: 'month', from: 0, until: 1 },
  lastMonth: { unit: 'month', from: -1, until: 0 },
  nextMonth: { unit: 'month', from: 1, until: 2 },
  currentQuarter: { unit: 'quarter', from: 0, until: 1 },
  lastQuarter: { unit: 'quarter', from: -1, until: 0 },
  currentYear: { unit: 'year', from: 0, until: 1 },
  lastYear: { unit: 'year', from: -1, until: 0 },
};

const counted: Readonly<Record<string, (days: number) => Stretch>> = {
  lastXDays: (days) => ({ unit: 'day', from: -days, until: 1 }),
  nextXDays: (days) => ({ unit: 'day', from: 0, until: days + 1 }),
  olderThanXDays: (days) => ({ unit: 'day', from: null, until: -days }),
  afterXDays: (days) => ({ unit: 'day', from: days + 1, until: null }),
};

const mostDays = 100_000;

export const isOfTime = (type: string): boolean =>
  type === 'past' || type === 'future' || Object.hasOwn(fixed, type) || Object.hasOwn(counted, type);

/** The stretch of time that a type such as `lastMonth` means; days are those of the item's zone or the installation's. */
export function spanOf(item: Item, type: string, path: string, field: Field, timeZone: string): Span {
  if (field.kind !== 'timestamp' && field.kind !== 'date') throw invalidWhere(`${type} takes a date.`);
  return { op: 'span', path, ...stretchOf(item, type, field.kind === 'date'), zone: zoneOf(item, timeZone) };
}

function stretchOf({ value }: Item, type: string, ofDays: boolean): Stretch {
  if (type === 'past') return { unit: ofDays ? 'day' : 'now', from: null, until: 0 };
  if (type === 'future') return ofDays ? { unit: 'day', from: 1, until: null } : { unit: 'now', from: 0, until: null };
  const known = Object.hasOwn(fixed, type) ? fixed[type] : undefined;
  if (known) return known;
  const days = Number(wordOf(value));
  if (!/^\d{1,6}$/.test(wordOf(value)) || days > mostDays) throw invalidWhere(`${type} takes a number of days.`);
  return (counted[type] as (days: number) => Stretch)(days);
}

function zoneOf({ timeZone }: Item, standard: string): string {
  if (timeZone === undefined || timeZone === null || timeZone === '') return standard;
  try {
    // Names only: PostgreSQL would read offsets with the sign turned round.
    if (!/^[A-Za-z]/.test(wordOf(timeZone))) throw new RangeError();
    return new Intl.DateTimeFormat('en', { timeZone: wordOf(timeZone) }).resolvedOptions().timeZone;
  } catch {
    throw invalidWhere('timeZone must be a name such as Europe/Berlin.');
  }
}
