import { type Letter, type LetterSettings, type Letters, letterText } from '../../shared/mail/letter.ts';
import { type Key, say } from '../messages/say.ts';

/** What a letter about a booking or reservation tells of, as it was when the letter was written. */
export interface Facts {
  readonly what: 'booking' | 'reservation';
  readonly id: number;
  readonly hostname: string;
  /** `YYYY-MM-DD HH:MM` in `zone`; the end is null when it is open. */
  readonly start: string;
  readonly end: string | null;
  readonly zone: string;
  readonly comment: string;
  /** What the reader is called. */
  readonly name: string;
  /** Who did what the letter tells. */
  readonly by: string;
  /** Who has the host just before, and who has it within three days after. */
  readonly last: string | null;
  readonly next: { readonly owner: string; readonly start: string } | null;
}

type Lines = (facts: Facts) => { subject: string; lines: readonly string[] };

/** What the entry in the outbox says of what nobody did. */
const nobody = 'The system';

/** What the messages name. */
const valuesOf = (facts: Facts) => {
  const { hostname: host, what, start, end, zone, by, comment, last } = facts;
  const span = say(end ? 'letters-of-bookings.span' : 'letters-of-bookings.open-span', { start, end, zone });
  const ends = `${end ?? say('letters-of-bookings.open-end')} (${zone})`;
  return { host, what, start, span, ends, comment, last, by: by === nobody ? say('letters-of-bookings.system') : by };
};

const after = ({ next, zone }: Facts, otherwise: Key): string =>
  next ? say('letters-of-bookings.next', { ...next, zone }) : say(otherwise);

const kinds = {
  created: (facts) => ({
    subject: say('letters-of-bookings.created', valuesOf(facts)),
    lines: [say('letters-of-bookings.is-yours', valuesOf(facts)), say('letters-of-bookings.for', valuesOf(facts))],
  }),
  cancelled: (facts) => ({
    subject: say('letters-of-bookings.cancelled', valuesOf(facts)),
    lines: [say('letters-of-bookings.cancelled-by', valuesOf(facts))],
  }),
  unavailable: (facts) => ({
    subject: say('letters-of-bookings.unavailable', valuesOf(facts)),
    lines: [
      say('letters-of-bookings.out-of-service', valuesOf(facts)),
      say('letters-of-bookings.ran', valuesOf(facts)),
    ],
  }),
  start_reminder: (facts) => ({
    subject: say('letters-of-bookings.yours-soon', valuesOf(facts)),
    lines: [
      say('letters-of-bookings.runs', valuesOf(facts)),
      ...(facts.last ? [say('letters-of-bookings.before-you', valuesOf(facts))] : []),
    ],
  }),
  end_reminder: (facts) => ({
    subject: say('letters-of-bookings.ends-soon', valuesOf(facts)),
    lines: [say('letters-of-bookings.ends', valuesOf(facts)), after(facts, 'letters-of-bookings.not-booked')],
  }),
  ended: (facts) => ({
    subject: say('letters-of-bookings.has-ended', valuesOf(facts)),
    lines: [say('letters-of-bookings.ended', valuesOf(facts)), after(facts, 'letters-of-bookings.book-again')],
  }),
  nag: (facts) => ({
    subject: say('letters-of-bookings.still-need', valuesOf(facts)),
    lines: [say('letters-of-bookings.hold', valuesOf(facts)), say('letters-of-bookings.end-it')],
  }),
} satisfies Record<string, Lines>;

export type LetterKind = keyof typeof kinds;

/** The letters about bookings and reservations. */
export const bookingLetters: Letters = Object.fromEntries(
  Object.keys(kinds).map((kind) => [
    kind,
    (facts: Facts, settings: LetterSettings) => writeLetter(kind as LetterKind, facts, settings),
  ]),
);

/** Writes a letter out. Links lead to the installation's own pages. */
function writeLetter(kind: LetterKind, facts: Facts, { publicUrl, instanceName }: LetterSettings): Letter {
  const write: Lines = kinds[kind];
  const { subject, lines } = write(facts);
  // Of what is gone there is nothing to see.
  const path = kind === 'cancelled' || kind === 'unavailable' ? 'bookable/' : `${facts.what}/${facts.id}/`;
  return { subject, text: letterText(facts.name, [...lines, `${publicUrl}/api/booking/${path}`], instanceName) };
}
