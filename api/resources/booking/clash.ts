import type { Knex } from 'knex';
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

const verbs: Readonly<Record<OccupancyKind, string>> = { booking: 'booked', reservation: 'reserved' };

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
  const until = other.end === null ? 'until further notice' : `until ${other.end}`;
  return new Conflict(`${hostname} is ${verbs[other.kind]} from ${other.start} ${until} by ${other.owner}.`, {
    clash: other,
  });
}
