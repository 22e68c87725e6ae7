import type { Knex } from 'knex';
import { Chance } from './chance.ts';
import type { SampleBookable } from './hosts.ts';
import type { SamplePeople } from './people.ts';

/** Days count from today; a slot takes its first day to its last, whole. */
interface Slot {
  readonly kind: 'booking' | 'reservation';
  readonly bookable: number;
  readonly owner: number;
  readonly first: number;
  /** Null: until further notice. */
  readonly last: number | null;
  readonly comment: string;
}

const purposes = [
  'Regression run for the next release',
  'Firmware bring-up',
  'Reproducing a customer report',
  'Throughput measurements',
  'Upgrade rehearsal',
  'Kernel bisect',
  'Driver certification',
  'Training new colleagues',
  'Long soak test',
  'Benchmark series',
] as const;
const holds = ['Build farm until further notice', 'Project Heron', 'Acceptance tests', 'Calibration'] as const;

/** A month of bookings before and half a month after today, and a few reservations, of which some have no end. */
export async function loadBookings(
  trx: Knex.Transaction,
  bookables: readonly SampleBookable[],
  people: SamplePeople,
): Promise<void> {
  const chance = new Chance(20);
  const slots = bookables.flatMap((bookable, n) => slotsOf(bookable, n, people, chance));
  const columns = (['kind', 'bookable', 'owner', 'first', 'last', 'comment'] as const).map((key) =>
    slots.map((slot) => slot[key]),
  );
  await trx.raw(
    `INSERT INTO occupancy (kind, bookable_id, owner_id, start, "end", comment, timestamp, mail_start_reminder_sent,
       mail_end_reminder_sent, mail_end_sent)
     SELECT kind, bookable, owner, start, "end", comment, least(start - interval '2 days', now()), start < now(),
            coalesce("end" < now(), false), coalesce("end" < now(), false)
     FROM unnest(?::text[], ?::int[], ?::int[], ?::int[], ?::int[], ?::text[])
            AS slot (kind, bookable, owner, first, last, comment),
          LATERAL (SELECT date_trunc('day', now()) + make_interval(days => first) AS start,
                          date_trunc('day', now()) + make_interval(days => last + 1) - interval '1 second' AS "end") AS time
     ORDER BY start, bookable`,
    columns as unknown as Knex.Value[],
  );
}

function slotsOf({ id, active, radio }: SampleBookable, n: number, people: SamplePeople, chance: Chance): Slot[] {
  const owner = () => chance.of(radio ? people.radioTeam : people.bookers);
  // Every eleventh is held for long: some since a while, some from soon on, some for good.
  const heldFrom = active && n % 11 === 4 ? chance.of([-12, -3, 6]) : null;
  const until = heldFrom ?? (active ? 15 : -6);
  const slots: Slot[] = [];
  let day = -30 + chance.between(0, 5);
  while (day < until) {
    const last = day + chance.of([0, 0, 1, 2, 2, 4, 6]);
    if (last >= until) break;
    slots.push({ kind: 'booking', bookable: id, owner: owner(), first: day, last, comment: chance.of(purposes) });
    day = last + 1 + chance.of([0, 1, 2, 3, 5, 8]);
  }
  if (heldFrom !== null) {
    const last = chance.of([null, heldFrom + 45, heldFrom + 90]);
    slots.push({ kind: 'reservation', bookable: id, owner: owner(), first: heldFrom, last, comment: chance.of(holds) });
  }
  return slots;
}
