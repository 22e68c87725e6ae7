import { post } from '../../mail/outbox.ts';
import { Invalid } from '../../store/refusals.ts';
import type { Change, Hooks, Row } from '../declaration.ts';

/** Held while a machine is put on a hypervisor, so that two such changes can't close a circle together. */
const hypervisorLock = 0x51_4d_02;

export const hostHooks: Hooks = {
  async beforeWrite(change) {
    await refuseCircle(change);
  },
  async afterUpdate(change) {
    await suspendBookable(change);
  },
  async beforeDelete(change) {
    await tellWhoHasIt(change);
  },
};

/** A machine can't run on one that runs on it. */
async function refuseCircle({ trx, before, values }: Change): Promise<void> {
  if (!before || !values.vm_host || values.vm_host === before.vm_host) return;
  await trx.raw('SELECT pg_advisory_xact_lock(?)', [hypervisorLock]);
  const { rows } = await trx.raw<{ rows: unknown[] }>(
    `WITH RECURSIVE below AS (
       SELECT id, vm_host_id FROM host WHERE id = ?
       UNION SELECT h.id, h.vm_host_id FROM host AS h JOIN below ON h.id = below.vm_host_id
     ) SELECT 1 FROM below WHERE id = ?`,
    [values.vm_host as number, before.id as number],
  );
  if (rows.length > 0) throw new Invalid({ vm_host: ['That host runs on this one, directly or through others.'] });
}

/** Who leaves `active` can't be booked any more. Coming back is for people to decide: it makes nothing bookable again. */
async function suspendBookable({ trx, before, row, update }: Change & { readonly before: Row }): Promise<void> {
  if (row.status === before.status || row.status === 'active') return;
  const bookable = await trx('bookable').where({ host_id: row.id, status: 'active' }).first('id');
  if (bookable) await update('bookable', bookable.id, { status: 'suspended' });
}

/** What is booked on a host, and on the machines that run on it, goes with it. */
async function tellWhoHasIt({ runs, trx, before, principal }: Change): Promise<void> {
  const { rows } = await trx.raw<{ rows: { id: number }[] }>(
    `WITH RECURSIVE going AS (
       SELECT CAST(? AS integer) AS id
       UNION SELECT h.id FROM host AS h JOIN going ON h.vm_host_id = going.id
     ) SELECT b.id FROM bookable AS b JOIN going ON b.host_id = going.id WHERE b.status = 'active' ORDER BY b.id`,
    [before?.id as number],
  );
  for (const { id } of rows) await post(runs, 'unavailable', { openOn: id }, principal.person?.username ?? null);
}
