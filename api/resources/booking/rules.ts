import { decide } from '../../../shared/access/decide.ts';
import { say } from '../../messages/say.ts';
import { Conflict, Invalid } from '../../store/refusals.ts';
import type { Change, Row } from '../declaration.ts';
import type { Facts } from './facts.ts';
import type { OccupancyKind } from './occupancy.ts';

/** Sentences by field; empty when all is well. */
type Problems = Record<string, string[]>;

/** Whether the asking person holds the right over everybody's bookings. */
export const mayCorrect = (change: Change): boolean => change.may('booking', 'change');

/**
 * Whether the asking person could book anew, by their role. A token's scopes have let the change itself through; they
 * are not asked again for what is in it.
 */
const mayBook = ({ principal }: Change): boolean =>
  decide({ ...principal, scopes: null }, { role: 'booking', permission: 'add', scopes: [] }).allow === 'all';

/** What must hold of any booking or reservation, whoever asks. Of a changed one, only what changed is judged. */
export function refuseUnsound(kind: OccupancyKind, change: Change, facts: Facts): void {
  const { before, values, row } = change;
  const otherHost = !before || row.bookable !== before.bookable;
  const otherOwner = !before || row.owner !== before.owner;
  const moreTime = !before || facts.takes_before === true || facts.takes_after === true;
  const problems: Problems = {};

  if (facts.ends_before_start) problems.end = [say('booking.ends-before')];
  if (facts.bookable_status !== 'active' && (otherHost || (kind === 'booking' && moreTime))) {
    problems.bookable = [say('booking.not-bookable', { host: facts.hostname, status: facts.bookable_status })];
  }
  if (kind === 'booking' && facts.starts_before_today && startIsNew(change, facts) && !takesOver(change, values)) {
    problems.start = [say('booking.before-today')];
  }
  if (kind === 'booking' && facts.too_long && (moreTime || facts.start_differs)) {
    problems.end = [say('booking.too-long')];
  }
  if (otherOwner || otherHost) {
    const problem = ownerProblem(facts);
    if (problem) problems.owner = [problem];
  }
  if (Object.keys(problems).length > 0) throw new Invalid(problems);
}

function ownerProblem(facts: Facts): string | null {
  if (facts.owner_name === null) return say('booking.no-person');
  if (!facts.owner_is_active) return say('booking.inactive', { person: facts.owner_name });
  if (facts.group_name === null || facts.owner_in_group) return null;
  return say('booking.members', { host: facts.hostname, group: facts.group_name, person: facts.owner_name });
}

/** A start that is asked for now, and not one that went by already. */
const startIsNew = ({ before }: Change, facts: Facts): boolean =>
  !before || (facts.start_differs === true && facts.state === 'upcoming');

/** Bookings of a previous system may lie in the past; they come with its number, from people who may correct. */
const takesOver = (change: Change, values: Row): boolean =>
  change.kind === 'create' && values.import_id != null && mayCorrect(change);

/** What owners may do to theirs without the right to correct bookings: shape what comes, end what runs. */
export function refuseRewriting(kind: OccupancyKind, change: Change, facts: Facts): void {
  const { before, row } = change;
  if (!before) return;
  if (facts.state === 'past') throw new Conflict(say('booking.over', { kind }));
  const problems: Problems = {};
  const otherHost = row.bookable !== before.bookable;
  if (facts.state === 'running') {
    if (facts.start_differs) problems.start = [say('booking.start-fixed', { kind })];
    if (otherHost) problems.bookable = [say('booking.host-fixed', { kind })];
    if (facts.ends_long_ago) problems.end = [say('booking.end-past')];
  }
  if (kind === 'reservation' || !mayBook(change)) {
    const right = kind === 'reservation' ? 'change' : 'add';
    const more = say('booking.more', { right });
    if (facts.takes_before) problems.start ??= [more];
    if (facts.takes_after) problems.end ??= [more];
    if (otherHost) problems.bookable ??= [more];
  }
  if (Object.keys(problems).length > 0) throw new Invalid(problems);
}
