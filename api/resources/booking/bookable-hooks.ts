import { post } from '../../mail/outbox.ts';
import type { Change, Hooks } from '../declaration.ts';

/** Whoever has a host now or soon hears of it, once, when it can no longer be had. What is over concerns nobody. */
export const bookableHooks: Hooks = {
  async afterUpdate(change) {
    if (change.before.status === 'active' && change.row.status !== 'active') await tell(change);
  },
  async beforeDelete(change) {
    if (change.before?.status === 'active') await tell(change);
  },
};

const tell = ({ runs, row, principal }: Change): Promise<void> =>
  post(runs, 'unavailable', { openOn: row.id as number }, principal.person?.username ?? null);
