import { say } from '../../messages/say.ts';
import { Conflict } from '../../store/refusals.ts';
import type { Declaration } from '../declaration.ts';
import { stateNow } from './facts.ts';
import type { OccupancyKind } from './occupancy.ts';

/** What people do to their bookings beside changing them; the rules are those of any write. */
export const occupancyActions = (kind: OccupancyKind): NonNullable<Declaration['actions']> => ({
  cancel: {
    label: 'Cancel',
    confirm: true,
    async run(change) {
      const id = change.before?.id as number;
      await change.remove(kind, id);
      return { id, cancelled: true };
    },
  },
  end: {
    label: 'End now',
    confirm: true,
    async run(change) {
      const id = change.before?.id as number;
      if ((await stateNow(change.runs, id)) !== 'running') {
        throw new Conflict(say('booking.not-running', { kind }));
      }
      const { rows } = await change.trx.raw<{ rows: { now: string }[] }>('SELECT now()::text AS now');
      await change.update(kind, id, { end: rows[0]?.now });
      return undefined;
    },
  },
});
