import type { Span } from './query.ts';
import { fieldAt, type Statement } from './statement.ts';

const steps = {
  day: ['day', '1 day'],
  month: ['month', '1 month'],
  quarter: ['quarter', '3 months'],
  year: ['year', '1 year'],
} as const;

/** SQL that holds within a stretch of time; what day it is, the database says at each reading. */
export function spanSql(statement: Statement, span: Span): string {
  const path = statement.path(span.path);
  const ofDays = fieldAt(statement.resource, span.path)?.kind === 'date';
  const bound = (distance: number) => boundSql(statement, span, distance, ofDays);
  const bounds = [
    ...(span.from === null ? [] : [`${path} >= ${bound(span.from)}`]),
    ...(span.until === null ? [] : [`${path} < ${bound(span.until)}`]),
  ];
  return bounds.length > 0 ? `(${bounds.join(' AND ')})` : 'true';
}

function boundSql(statement: Statement, { unit, zone }: Span, distance: number, ofDays: boolean): string {
  if (unit === 'now') return 'now()';
  const [word, step] = steps[unit];
  const inZone = statement.bind({ value: zone }, 'text');
  const away = statement.bind({ value: distance }, 'int');
  const local = `(date_trunc('${word}', now() AT TIME ZONE ${inZone}) + ${away} * interval '${step}')`;
  return ofDays ? `${local}::date` : `(${local} AT TIME ZONE ${inZone})`;
}
