import type { Declaration } from '../declaration.ts';
import type { Options } from '../fields.ts';

/** The two ways to have a host for a while: rows of one table, kept apart by one constraint. */
export type OccupancyKind = 'booking' | 'reservation';

/** SQL over `occupancy AS o`: it holds the bookable `{id}` at this moment. */
export const runningNow = (kind?: OccupancyKind): string =>
  `o.bookable_id = {id} AND o.cancelled_at IS NULL AND o.start <= {now} AND coalesce(o."end", 'infinity') > {now}${
    kind ? ` AND o.kind = '${kind}'` : ''
  }`;

/** The bookables that a form offers; those of one lab where a lab is chosen. */
export const bookableOptions: Options = {
  only: "{status} = 'active'",
  by: { lab: '{host.rack.lab} = {value}' },
};

const limited = 'FROM bookable AS b JOIN host AS h ON h.id = b.host_id WHERE b.id = {value}';

/** The people that a form offers as owners; of a host that is for a group, its members. */
export const ownerOptions: Options = {
  only: '{is_active}',
  by: {
    bookable: `EXISTS (SELECT 1 ${limited} AND (h.group_id IS NULL OR EXISTS (
      SELECT 1 FROM user_groups AS ug WHERE ug.user_id = {id} AND ug.group_id = h.group_id)))`,
  },
};

/** What both kinds say alike of themselves; their own columns and rights are in their declarations. */
export const occupancy = {
  role: 'booking',
  area: 'booking',
  anonymous: 'all',
  own: { sql: '{owner} = {me}', may: ['view', 'change', 'delete'] },
  softDelete: 'cancelled_at',
  label: "{bookable.host.hostname} || ' @ ' || to_char({start}, 'YYYY-MM-DD HH24:MI')",
  search: ['bookable.host.hostname', 'owner.username', 'comment'],
  searchText: true,
  columns: ['start', 'end', 'bookable', 'owner', 'comment'],
  hint: '{comment}',
  order: ['-start'],
  orderings: { hostname: 'bookable.host.hostname', owner_name: 'owner.username' },
  filters: {
    start_after: { path: 'start', match: 'gte' },
    start_before: { path: 'start', match: 'lt' },
    end_after: {
      sql: "coalesce({end}, 'infinity') > {value}",
      type: 'timestamp',
      help: 'With `start_before`: all that touch a span of time.',
    },
    end_before: { path: 'end', match: 'lte' },
    at: {
      sql: "{start} <= {value} AND coalesce({end}, 'infinity') > {value}",
      type: 'timestamp',
      help: 'Running at this moment.',
    },
    mine: { flag: '{owner} = {me}', help: 'Only your own.' },
    host: 'bookable.host',
    hostname: { path: 'bookable.host.hostname', match: 'iexact' },
    lab: 'bookable.host.rack.lab',
    building: 'bookable.host.rack.lab.building',
    owner_name: { path: 'owner.username', match: 'iexact' },
  },
  tabs: {
    mine: { label: 'Mine', sql: '{owner} = {me}' },
    upcoming: { label: 'Upcoming', sql: '{start} > {now}' },
    running: { label: 'Running', sql: "{start} <= {now} AND coalesce({end}, 'infinity') > {now}" },
    past: { label: 'Past', sql: '{end} <= {now}' },
    all: { label: 'All', sql: 'true' },
  },
} as const satisfies Partial<Declaration>;
