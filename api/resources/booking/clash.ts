import type { Knex } from 'knex';
import { say } from '../../messages/say.ts';
import { Conflict } from '../../store/refusals.ts';
import type { Row } from '../declaration.ts';
import type { OccupancyKind } from './occupancy.ts';

interface Clash {
  hostname: string;
  id: number;
  kind: OccupancyKind;
  start: string;
  end: string | null;
  owner: string;
}

/** A moment as the API prints it, in the installation's zone. */
const printed = (column: string): string => `replace(to_json(${column})#>>'{}', '+00:00', 'Z')`;

/** The booking or reservation that is in the way of a row: the first, when there are several. */
export async function clash(db: Knex, row: Row): Promise<Conflict | null> {
  const { rows } = await db.raw<{ rows: Clash[] }>(
    `SELECT h.hostname, o.id, o.kind, ${printed('o.start')} AS start, ${printed('o."end"')} AS end, u.username AS owner
     FROM occupancy AS o
     JOIN users AS u ON u.id = o.owner_id
     JOIN bookable AS b ON b.id = o.bookable_id
     JOIN host AS h ON h.id = b.host_id
     WHERE o.bookable_id = :bookable AND o.cancelled_at IS NULL AND o.id IS DISTINCT FROM :id
       AND o.start < coalesce(CAST(:end AS timestamptz), 'infinity') AND coalesce(o."end", 'infinity') > CAST(:start AS timestamptz)
       AND o."end" IS DISTINCT FROM o.start
     ORDER BY o.start LIMIT 1`,
    {
      bookable: row.bookable,
      id: row.id ?? null,
      start: row.start,
      end: row.end ?? null,
    } as Record<string, Knex.Value>,
  );
  const found = rows[0];
  if (!found) return null;
  const { hostname, ...other } = found;
  const { kind, start, end, owner } = other;
  const key = end === null ? 'booking.clash-open' : 'booking.clash';
  return new Conflict(say(key, { host: hostname, kind, start, end, owner }), { clash: other });
}
