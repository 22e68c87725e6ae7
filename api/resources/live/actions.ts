import { Conflict } from '../../store/refusals.ts';
import type { Action, Change } from '../declaration.ts';

/** @throws Conflict unless the finding is in one of these statuses */
export function refuseUnless(change: Change, statuses: readonly string[]): void {
  const status = String(change.before?.status);
  if (statuses.includes(status)) return;
  throw new Conflict(`This can be done while it is ${statuses.join(' or ')}; it is ${status}.`);
}

/** An action that only puts the row into another status. */
export const statusAction = (
  resource: string,
  { label, from, to }: { label: string; from: readonly string[]; to: string },
): Action => ({
  label,
  async run(change) {
    refuseUnless(change, from);
    await change.update(resource, change.before?.id as number, { status: to });
    return undefined;
  },
});

/** What can be done about any finding: say that it is settled, leave it be, or take it up again. */
export const findingActions = (resource: string): Record<'resolve' | 'ignore' | 'reopen', Action> => ({
  resolve: statusAction(resource, { label: 'Mark resolved', from: ['new', 'ignore'], to: 'resolved' }),
  ignore: statusAction(resource, { label: 'Ignore', from: ['new'], to: 'ignore' }),
  reopen: statusAction(resource, { label: 'Take up again', from: ['ignore', 'resolved'], to: 'new' }),
});
