import type { Knex } from 'knex';
import { plainAddress } from '../identity/plain-address.ts';
import { say } from '../messages/say.ts';
import type { TrailFilter } from './trail.ts';

/** The filter as somebody wrote it, in a form or an address. */
export type TypedFilter = Readonly<Record<TrailFilterName, string>>;
export const trailFilterNames = [
  'actor',
  'acting_as',
  'action',
  'resource',
  'object',
  'application',
  'address',
  'since',
  'until',
] as const;
export type TrailFilterName = (typeof trailFilterNames)[number];

/** Actors that are no accounts. */
const nobodies = new Set(['anonymous', 'console']);

/**
 * Reads a filter. People are named by their username or number; days are days of UTC, and `until` is the last of them.
 * @returns the filter, or what is wrong with it, by field
 */
export async function readTrailFilter(
  db: Knex,
  typed: TypedFilter,
): Promise<
  { filter: TrailFilter; errors?: undefined } | { filter?: undefined; errors: Partial<Record<TrailFilterName, string>> }
> {
  const errors: Partial<Record<TrailFilterName, string>> = {};
  const person = async (name: 'actor' | 'acting_as') => {
    const id = await idOf(db, typed[name]);
    if (id === undefined) errors[name] = say('errors.nobody-called', { name: typed[name] });
    return id;
  };
  const day = (name: 'since' | 'until', later: number) => {
    const moment = momentOf(typed[name], later);
    if (!moment) errors[name] = say('errors.not-a-date');
    return moment;
  };
  // As entries keep it.
  const address = plainAddress(typed.address || null);
  if (typed.address && !address) errors.address = say('errors.not-an-address');
  const isNobody = nobodies.has(typed.actor);
  const filter = {
    ...(isNobody && { actorId: null }),
    ...(typed.actor && !isNobody && { actorId: await person('actor') }),
    ...(typed.acting_as && { actingAsId: await person('acting_as') }),
    ...(typed.action && { action: typed.action }),
    ...(typed.resource && { resource: typed.resource }),
    ...(typed.object && { objectId: typed.object }),
    ...(typed.application && { application: typed.application }),
    ...(address && { address }),
    ...(typed.since && { since: day('since', 0) }),
    ...(typed.until && { until: day('until', 1) }),
  };
  return Object.keys(errors).length > 0 ? { errors } : { filter: filter as TrailFilter };
}

async function idOf(db: Knex, name: string): Promise<number | undefined> {
  if (/^[1-9]\d{0,8}$/.test(name)) return Number(name);
  const row = await db('users').whereRaw('lower(username) = lower(?)', [name]).first('id');
  return row?.id;
}

function momentOf(text: string, daysLater: number): Date | null {
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text);
  if (!isDay && !/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})$/.test(text)) return null;
  const moment = new Date(isDay ? `${text}T00:00:00Z` : text);
  if (Number.isNaN(moment.getTime())) return null;
  return isDay ? new Date(moment.getTime() + daysLater * 86_400_000) : moment;
}
