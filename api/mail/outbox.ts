import type { Runs } from '../../shared/transaction.ts';
import type { LetterKind } from './letters.ts';

/** Which bookings and reservations a letter is about: one, or all of a bookable that run or come. */
type About =
  /** `unlessOver`: nothing is written of one that is over. */
  { readonly occupancy: number; readonly unlessOver?: boolean } | { readonly openOn: number };

/** SQL that holds for people to whom letters go: who has no address, never confirmed it, or can't sign in, gets none. */
export const readsLetters = (user: string): string =>
  `(${user}.email <> '' AND ${user}.email_verified_at IS NOT NULL AND ${user}.is_active AND NOT ${user}.is_service)`;

const notOver = `coalesce(o."end", 'infinity') > now()`;
const shown = (moment: string): string => `to_char(${moment}, 'YYYY-MM-DD HH24:MI')`;

/**
 * Writes a letter to the owner of each of these bookings, within the transaction of what it tells: it goes out after
 * that, or not at all.
 * @param by who did it, for the letter to say
 */
export function post(runs: Runs, kind: LetterKind, about: About, by: string | null): Promise<void> {
  const where =
    'occupancy' in about
      ? `o.id = $2${about.unlessOver ? ` AND ${notOver}` : ''}`
      : `o.bookable_id = $2 AND o.cancelled_at IS NULL AND ${notOver}`;
  const sql = `INSERT INTO outbox (kind, user_id, recipient, facts)
     SELECT $1, u.id, u.email, json_build_object('what', o.kind, 'id', o.id, 'hostname', h.hostname,
       'start', ${shown('o.start')}, 'end', ${shown('o."end"')}, 'zone', current_setting('TimeZone'),
       'comment', o.comment, 'name', coalesce(nullif(u.first_name, ''), u.username),
       'by', coalesce(CAST($3 AS text), 'The system'), 'last', last.owner, 'next', to_json(next))
     FROM occupancy AS o
     JOIN bookable AS b ON b.id = o.bookable_id
     JOIN host AS h ON h.id = b.host_id
     JOIN users AS u ON u.id = o.owner_id
     LEFT JOIN LATERAL (
       SELECT p.username AS owner FROM occupancy AS l JOIN users AS p ON p.id = l.owner_id
       WHERE l.bookable_id = o.bookable_id AND l.cancelled_at IS NULL AND l."end" <= o.start AND l.id <> o.id
       ORDER BY l."end" DESC LIMIT 1) AS last ON true
     LEFT JOIN LATERAL (
       SELECT p.username AS owner, ${shown('n.start')} AS start FROM occupancy AS n JOIN users AS p ON p.id = n.owner_id
       WHERE n.bookable_id = o.bookable_id AND n.cancelled_at IS NULL AND n.id <> o.id
         AND n.start >= o."end" AND n.start < o."end" + interval '3 days'
       ORDER BY n.start LIMIT 1) AS next ON true
     WHERE ${where} AND ${readsLetters('u')}
     ORDER BY o.start, o.id`;
  // Joining so much takes PostgreSQL longer to plan than to do.
  const name = `letter_${'occupancy' in about ? `of_one${about.unlessOver ? '_unless_over' : ''}` : 'of_open'}`;
  return runs.later(sql, [kind, 'occupancy' in about ? about.occupancy : about.openOn, by], name);
}
