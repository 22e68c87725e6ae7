import type { Runs } from '../../../shared/transaction.ts';
import { readsLetters } from '../../mail/outbox.ts';
import type { Change } from '../declaration.ts';

/** How long ago an end may lie and still mean «now»: requests take time, and clocks differ. */
export const nowMeans = '5 minutes';
/** The longest booking. */
export const longest = '31 days';

/** Where in time a booking stands, seen from its request. */
export type State = 'upcoming' | 'running' | 'past';

/** What the rules need to know of a booking or reservation as it is asked for. Days are those of the installation. */
export interface Facts {
  /** The moment of the request. */
  now: string;
  hostname: string;
  bookable_status: string;
  /** Name of the group that the host is limited to. */
  group_name: string | null;
  /** Null when there is no such owner. */
  owner_name: string | null;
  owner_is_active: boolean;
  owner_in_group: boolean;
  /** Whether letters about bookings go to the owner at all. */
  owner_reads_letters: boolean;
  ends_before_start: boolean;
  starts_before_today: boolean;
  too_long: boolean;
  ends_before_now: boolean;
  ends_long_ago: boolean;
  /** What follows compares with the row as it was; on create: null. */
  state: State | null;
  start_differs: boolean | null;
  /** Starts earlier than it did. */
  takes_before: boolean | null;
  /** Ends later than it did. */
  takes_after: boolean | null;
}

const stateOf = (alias: string): string =>
  `CASE WHEN ${alias}.start > now() THEN 'upcoming' WHEN ${alias}."end" <= now() THEN 'past' ELSE 'running' END`;

/**
 * Locks the bookable until the transaction ends, so that whoever wants it too waits in line (and the exclusion
 * constraint has no two rows to weigh at once), and tells of it as it is by then. Kept prepared by each connection:
 * joining so much takes longer to plan than to do.
 */
const facts = `SELECT now()::text AS now, h.hostname, b.status AS bookable_status, g.name AS group_name, u.username AS owner_name,
        coalesce(u.is_active, false) AS owner_is_active,
        EXISTS (SELECT 1 FROM user_groups AS ug WHERE ug.user_id = u.id AND ug.group_id = h.group_id) AS owner_in_group,
        coalesce(${readsLetters('u')}, false) AS owner_reads_letters,
        coalesce(asked."end" < asked.start, false) AS ends_before_start,
        asked.start < date_trunc('day', now()) AS starts_before_today,
        coalesce(asked."end" > asked.start + interval '${longest}', false) AS too_long,
        coalesce(asked."end" < now(), false) AS ends_before_now,
        coalesce(asked."end" < now() - interval '${nowMeans}', false) AS ends_long_ago,
        CASE WHEN o.id IS NOT NULL THEN ${stateOf('o')} END AS state,
        asked.start <> o.start AS start_differs,
        asked.start < o.start AS takes_before,
        coalesce(asked."end", 'infinity') > coalesce(o."end", CASE WHEN o.id IS NOT NULL THEN 'infinity'::timestamptz END) AS takes_after
   FROM bookable AS b
   JOIN host AS h ON h.id = b.host_id
   LEFT JOIN groups AS g ON g.id = h.group_id
   LEFT JOIN users AS u ON u.id = $1
   LEFT JOIN occupancy AS o ON o.id = $2
   CROSS JOIN LATERAL (SELECT
     CASE WHEN $3 THEN CAST($4 AS timestamptz) ELSE o.start END AS start,
     CASE WHEN $5 THEN CAST($6 AS timestamptz) ELSE o."end" END AS "end") AS asked
   WHERE b.id = $7 FOR NO KEY UPDATE OF b`;

/** Locks the bookable, and looks. Null when there is no such bookable. */
export async function factsOf({ runs, before, values, row }: Change): Promise<Facts | null> {
  const asked = [
    values.start !== undefined,
    values.start ?? null,
    values.end !== undefined || !before,
    values.end ?? null,
  ];
  const given = [row.owner, before?.id ?? null, ...asked, row.bookable];
  return (await runs.run<Facts>(facts, given, 'facts_of_booking')).rows[0] ?? null;
}

/** Where a stored one stands in time. */
export async function stateNow(runs: Runs, id: number): Promise<State> {
  const sql = `SELECT ${stateOf('o')} AS state FROM occupancy AS o WHERE o.id = $1`;
  const { rows } = await runs.run<{ state: State }>(sql, [id]);
  return rows[0]?.state ?? 'past';
}
