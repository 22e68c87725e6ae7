import type { Knex } from 'knex';
import { Conflict } from '../../store/refusals.ts';
import type { Row } from '../declaration.ts';

interface Clash {
  id: number;
  hostname: string;
  customer: string;
  start: string;
  end: string;
}

/** A moment as the API prints it, in the installation's zone. */
const printed = (column: string): string => `replace(to_json(${column})#>>'{}', '+00:00', 'Z')`;

/** The loan that is in the way of another of the same host. */
export async function clash(db: Knex, row: Row): Promise<Conflict | null> {
  const { rows } = await db.raw<{ rows: Clash[] }>(
    `SELECT l.id, h.hostname, c.name AS customer, ${printed('l.start')} AS start,
            ${printed('coalesce(l.returned_date, l.due_return)')} AS "end"
     FROM loan AS l JOIN host AS h ON h.id = l.host_id JOIN customer AS c ON c.id = l.customer_id
     WHERE l.host_id = :host AND l.id IS DISTINCT FROM :id
       AND tstzrange(l.start, coalesce(l.returned_date, l.due_return), '[)')
           && tstzrange(CAST(:start AS timestamptz), CAST(:end AS timestamptz), '[)')
     ORDER BY l.start LIMIT 1`,
    {
      host: row.host,
      id: row.id ?? null,
      start: row.start,
      end: row.returned_date ?? row.due_return,
    } as Record<string, Knex.Value>,
  );
  const found = rows[0];
  if (!found) return null;
  const { hostname, ...other } = found;
  return new Conflict(`${hostname} is lent to ${other.customer} from ${other.start} until ${other.end}.`, {
    clash: other,
  });
}
