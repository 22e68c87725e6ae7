import { decide } from '../../../shared/access/decide.ts';
import { scopesFor } from '../../../shared/access/scopes.ts';
import { post } from '../../mail/outbox.ts';
import { say } from '../../messages/say.ts';
import { Conflict, Forbidden, Invalid } from '../../store/refusals.ts';
import type { Change, Hooks } from '../declaration.ts';
import { type Facts, factsOf, stateNow } from './facts.ts';
import type { OccupancyKind } from './occupancy.ts';
import { mayCorrect, refuseRewriting, refuseUnsound } from './rules.ts';

/** The booking rules, the same for every face, action and import that goes through the store. */
export const occupancyHooks = (kind: OccupancyKind): Hooks => ({
  async beforeWrite(change) {
    if (!change.before) change.values.owner ??= change.principal.person?.id;
    refuseForOthers(kind, change);
    const facts = await factsOf(change);
    if (!facts) throw new Invalid({ bookable: [say('booking.no-bookable')] });
    if (!mayCorrect(change)) refuseRewriting(kind, change, facts);
    const asked = endingNow(change, facts);
    refuseUnsound(kind, change, asked);
    // Those taken over from a previous system are no news to anybody.
    const isNews = !change.before && change.row.import_id == null;
    if (isNews && facts.owner_reads_letters) change.afterwards((made) => tell('created', made));
  },
  async beforeDelete(change) {
    await refuseCancelling(kind, change);
  },
  async afterDelete(change) {
    await tell('cancelled', change);
  },
});

/** What is over is no news. */
const tell = (kind: 'created' | 'cancelled', { runs, row, principal }: Change): Promise<void> =>
  post(runs, kind, { occupancy: row.id as number, unlessOver: true }, principal.person?.username ?? null);

/** Everybody books for themselves; for others, and handing theirs over, takes the right to change bookings. */
function refuseForOthers(kind: OccupancyKind, { principal, before, row }: Change): void {
  if (row.owner === (before ? before.owner : principal.person?.id)) return;
  const scopes = scopesFor('booking', 'change');
  const decision = decide(principal, { role: 'booking', permission: 'change', scopes });
  if (decision.allow === 'all') return;
  throw new Forbidden(
    decision.allow === 'nothing' && decision.because === 'scope' ? 'scope' : 'role',
    scopes,
    say('booking.for-others', { kind }),
  );
}

/** A running one whose end was set to «now» a moment ago ends now: nobody gets to write into the past. */
function endingNow(change: Change, facts: Facts): Facts {
  if (facts.state !== 'running' || !facts.ends_before_now || facts.ends_long_ago) return facts;
  change.values.end = facts.now;
  return { ...facts, ends_before_start: false };
}

/** What runs is ended, what is over stays in the records; only what comes is cancelled. */
async function refuseCancelling(kind: OccupancyKind, change: Change): Promise<void> {
  const state = await stateNow(change.runs, change.before?.id as number);
  if (state === 'running') throw new Conflict(say('booking.running', { kind }));
  if (state === 'past' && !mayCorrect(change)) {
    throw new Conflict(say('booking.not-cancelled', { kind }));
  }
}
