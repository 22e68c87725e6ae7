import { Invalid } from '../store/refusals.ts';

const day = /^\d{4}-\d{2}-\d{2}$/;
const moment = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})$/;

/**
 * The moment at which a token ends. A day counts to its very end, UTC; a moment is taken as it is.
 * @throws Invalid naming `field` when it is neither or lies in the past
 */
export function readExpiry(field: string, given: string): Date {
  const end = new Date(day.test(given) ? `${given}T23:59:59.999Z` : given);
  if (Number.isNaN(end.getTime()) || !(day.test(given) ? printDay(end) === given : moment.test(given))) {
    throw new Invalid({ [field]: ['This must be a date, YYYY-MM-DD, or an ISO 8601 moment.'] });
  }
  if (end.getTime() <= Date.now()) throw new Invalid({ [field]: ['This must be in the future.'] });
  return end;
}

/** `YYYY-MM-DD`, UTC. */
export const printDay = (moment: Date): string => moment.toISOString().slice(0, 10);

/** `YYYY-MM-DD HH:MM`, UTC, as InvenTree prints moments. */
export const printMinute = (moment: Date): string => moment.toISOString().slice(0, 16).replace('T', ' ');
