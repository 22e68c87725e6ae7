import { type Letter, type LetterSettings, type Letters, letterText } from '../../shared/mail/letter.ts';

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

const span = ({ start, end, zone }: Facts): string =>
  `from ${start} ${end ? `to ${end}` : 'until further notice'} (${zone})`;
const at = ({ zone }: Facts, moment: string | null): string => `${moment ?? 'an open end'} (${zone})`;

const before = ({ last }: Facts): string[] => (last ? [`${last} has it before you.`] : []);
const after = ({ next, zone }: Facts, otherwise: string): string =>
  next ? `${next.owner} has it from ${next.start} (${zone}): leave it ready for them.` : otherwise;

const kinds = {
  created: (facts) => ({
    subject: `${facts.hostname}: your ${facts.what} from ${facts.start}`,
    lines: [`${facts.hostname} is yours ${span(facts)}.`, `What it is for: ${facts.comment}`],
  }),
  cancelled: (facts) => ({
    subject: `${facts.hostname}: your ${facts.what} from ${facts.start} is cancelled`,
    lines: [`${facts.by} cancelled your ${facts.what} of ${facts.hostname} ${span(facts)}.`],
  }),
  unavailable: (facts) => ({
    subject: `${facts.hostname} is no longer available`,
    lines: [
      `${facts.by} took ${facts.hostname} out of service.`,
      `Your ${facts.what} ran ${span(facts)}. Book another host if you depend on one.`,
    ],
  }),
  start_reminder: (facts) => ({
    subject: `${facts.hostname} is yours soon`,
    lines: [`Your ${facts.what} of ${facts.hostname} runs ${span(facts)}.`, ...before(facts)],
  }),
  end_reminder: (facts) => ({
    subject: `${facts.hostname}: your ${facts.what} ends soon`,
    lines: [
      `Your ${facts.what} of ${facts.hostname} ends at ${at(facts, facts.end)}.`,
      after(facts, 'Nobody has booked it yet for the days after: you can make it longer.'),
    ],
  }),
  ended: (facts) => ({
    subject: `${facts.hostname}: your ${facts.what} has ended`,
    lines: [
      `Your ${facts.what} of ${facts.hostname} ended at ${at(facts, facts.end)}.`,
      after(facts, 'If you still need it, book it again.'),
    ],
  }),
  nag: (facts) => ({
    subject: `${facts.hostname}: do you still need it?`,
    lines: [
      `You hold ${facts.hostname} ${span(facts)}.`,
      'If you no longer need it, end your reservation, so that others can have the host.',
    ],
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
