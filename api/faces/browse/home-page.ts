import type { Context } from 'koa';
import type { Principal } from '../../../shared/access/principal.ts';
import { moment } from '../../../shared/pages/moment.ts';
import { titlesOf } from '../../messages/declared.ts';
import { say } from '../../messages/say.ts';
import { Refusal } from '../../store/refusals.ts';
import { parseQuery } from '../rest/parse-query.ts';
import type { Spelled } from '../rest/spelling.ts';
import type { Browsing } from './browsing.ts';
import { numberOf, type Shown } from './cells.ts';
import { Labels } from './labels.ts';
import { resourcesByArea } from './root-page.ts';

/** How many rows a glance shows. */
const few = '6';

interface Glance {
  readonly rows: readonly Shown[];
  readonly count: number;
}

/** The start page: what this is, and for those who are signed in the lab at a glance. */
export async function showHome(
  browsing: Browsing,
  spellings: ReadonlyMap<string, Spelled>,
  ctx: Context,
): Promise<void> {
  const principal: Principal = ctx.state.principal;
  const { person } = principal;
  const { timeZone, instanceName, publicUrl } = browsing.services.config;
  const common = {
    title: person ? say('home.start') : say('home.welcome'),
    sheets: ['api.css'],
    instanceName,
    publicUrl,
  };
  if (!person) return browsing.show(ctx, 'home', { ...common, signedIn: false });

  const look = async (path: string, parameters: Record<string, string>): Promise<Glance | null> => {
    const spelled = spellings.get(`/api/${path}/`);
    if (!spelled) return null;
    try {
      const query = parseQuery(spelled, { limit: few, ...parameters });
      const { text, count } = await browsing.store.list(principal, spelled.projection, query);
      return { rows: JSON.parse(text ?? '[]'), count: count ?? 0 };
    } catch (error) {
      if (error instanceof Refusal) return null;
      throw error;
    }
  };
  const now = new Date().toISOString();
  const free = { active: 'true', free: 'true', nores: 'true' };
  const mine = { mine: 'true', end_after: now, ordering: 'start' };
  const [hosts, parts, taken, freeNow, bookings, reservations] = await Promise.all([
    look('inventory/hostbyid', { limit: '1' }),
    look('part', { limit: '1' }),
    look('booking/booking', { at: now, limit: '1' }),
    look('booking/bookable', free),
    look('booking/booking', mine),
    look('booking/reservation', mine),
  ]);
  const labels = new Labels(browsing.store, principal);
  const occupied = await Promise.all([
    occupancies('booking/booking', bookings, spellings, labels, timeZone),
    occupancies('booking/reservation', reservations, spellings, labels, timeZone),
  ]);
  return browsing.show(ctx, 'home', {
    ...common,
    signedIn: true,
    name: person.firstName || person.username,
    figures: [
      { count: hosts?.count, label: say('home.hosts'), href: '/api/inventory/host/' },
      {
        count: freeNow?.count,
        label: say('home.hosts-free'),
        href: `/api/booking/bookable/?${new URLSearchParams(free)}`,
      },
      {
        count: taken?.count,
        label: say('home.hosts-booked'),
        href: `/api/booking/booking/?${new URLSearchParams({ at: now })}`,
      },
      { count: parts?.count, label: say('home.kinds-of-parts'), href: '/api/part/' },
    ].filter(({ count }) => count !== undefined),
    free: freeNow && {
      rows: freeNow.rows.map((row) => ({
        href: `/api/booking/bookable/${row.id}/`,
        name: String(row.hostname),
        hardware: String(row.hardware ?? ''),
        rack: String(row.rack ?? ''),
      })),
      more: freeNow.count > freeNow.rows.length ? `/api/booking/bookable/?${new URLSearchParams(free)}` : null,
      count: freeNow.count,
    },
    upcoming: occupied.flat().sort((a, b) => (a.start?.iso ?? '').localeCompare(b.start?.iso ?? '')),
    moreUpcoming: (bookings?.count ?? 0) > Number(few) ? `/api/booking/booking/?${new URLSearchParams(mine)}` : null,
    seesBookings: bookings !== null,
    unheard: person.email !== '' && !person.emailConfirmed,
    areas: resourcesByArea(browsing, principal),
  });
}

async function occupancies(
  path: string,
  glance: Glance | null,
  spellings: ReadonlyMap<string, Spelled>,
  labels: Labels,
  timeZone: string,
) {
  const resource = spellings.get(`/api/${path}/`)?.resource;
  if (!glance || !resource) return [];
  const names = await labels.of(
    resource,
    glance.rows.map((row) => numberOf(row.id)).filter((id) => id !== null),
  );
  const at = (value: unknown) => (typeof value === 'string' ? moment(new Date(value), timeZone) : null);
  return glance.rows.map((row) => ({
    href: `/api/${path}/${row.id}/`,
    kind: titlesOf(resource).one,
    // The label ends in the start, which has a column of its own.
    host: (names.get(numberOf(row.id) ?? 0) ?? say('browse.number-of', { number: String(row.id) })).replace(
      / @ .*$/,
      '',
    ),
    start: at(row.start),
    end: at(row.end),
    comment: String(row.comment ?? ''),
  }));
}
