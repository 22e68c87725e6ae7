import { choice } from '../fields.ts';

/** Where a finding of a scan stands; `super`: a newer finding took its place. */
export const conflictStatus = choice(
  { new: 'New', resolved: 'Resolved', ignore: 'Ignored', super: 'Superseded' },
  { default: 'new', readOnly: true, help: 'Changed by the actions, and by scans.' },
);

/** Statuses in which a finding still stands. Of those a thing has one of a kind at most. */
export const openStatuses = ['new', 'ignore'] as const;

/** Views of a list of findings. */
export const findingTabs = {
  new: { label: 'New', sql: "{status} = 'new'" },
  ignored: { label: 'Ignored', sql: "{status} = 'ignore'" },
  all: { label: 'All', sql: 'true' },
} as const;
