import type { Knex } from 'knex';
import { Invalid } from '../../store/refusals.ts';
import type { Change, Hooks } from '../declaration.ts';

/**
 * A loan takes its host when it starts and gives it back when it is returned: what the host and its bookable were
 * before is kept beside the loan meanwhile. Loans whose moment comes later are settled by the daily maintenance, which
 * writes them again as they are.
 */
export const loanHooks: Hooks = {
  async beforeWrite(change) {
    if (!change.before) change.values.user ??= change.principal.person?.id;
    change.values.returned = await soundAndReturned(change);
  },
  async afterWrite(change) {
    const { trx, before, row } = change;
    const { rows } = await trx.raw<{ rows: { out: boolean }[] }>(
      'SELECT start <= now() AND NOT returned AS out FROM loan WHERE id = ?',
      [row.id as number],
    );
    const out = rows[0]?.out ?? false;
    const moved = before !== null && before.host !== row.host;
    const holds = before !== null && before.status_before !== null;
    if (holds && (!out || moved)) await giveBack(change);
    if (out && (!holds || moved)) await take(change);
  },
  async beforeDelete(change) {
    if (change.before?.status_before) await giveBack(change);
  },
};

/** Checks the order of a loan's moments; answers whether the host is back. */
async function soundAndReturned({ trx, row }: Change): Promise<boolean> {
  const { rows } = await trx.raw<{ rows: { early_due: boolean; early_return: boolean; returned: boolean }[] }>(
    `SELECT CAST(:due AS timestamptz) < CAST(:start AS timestamptz) AS early_due,
            coalesce(CAST(:back AS timestamptz) < CAST(:start AS timestamptz), false) AS early_return,
            coalesce(CAST(:back AS timestamptz) <= now(), false) AS returned`,
    { start: row.start, due: row.due_return, back: row.returned_date ?? null } as Record<string, Knex.Value>,
  );
  const facts = rows[0];
  const problems = {
    ...(facts?.early_due && { due_return: ['This is before the start.'] }),
    ...(facts?.early_return && { returned_date: ['This is before the start.'] }),
  };
  if (Object.keys(problems).length > 0) throw new Invalid(problems);
  return facts?.returned ?? false;
}

/** The host leaves; whoever booked it hears so through its bookable. */
async function take({ trx, row, update }: Change): Promise<void> {
  const host = await trx('host').where({ id: row.host }).forNoKeyUpdate().first('status');
  const bookable = await trx('bookable').where({ host_id: row.host, status: 'active' }).first('id');
  await trx('loan')
    .where({ id: row.id })
    .update({
      // One that was on loan already, without a record, comes back to be looked at.
      status_before: host.status === 'on_loan' ? 'new' : host.status,
      suspended_bookable: bookable !== undefined,
    });
  if (bookable) await update('bookable', bookable.id, { status: 'suspended' });
  await update('host', row.host as number, { status: 'on_loan' });
}

/** The host is again what it was, unless somebody has made something else of it since. */
async function giveBack({ trx, before, update }: Change): Promise<void> {
  if (!before) return;
  const { id, host, status_before: status, suspended_bookable: suspended } = before;
  await trx('loan').where({ id }).update({ status_before: null, suspended_bookable: false });
  const now = await trx('host').where({ id: host }).forNoKeyUpdate().first('status');
  if (now?.status !== 'on_loan') return;
  await update('host', host as number, { status });
  if (!suspended || status !== 'active') return;
  const bookable = await trx('bookable').where({ host_id: host, status: 'suspended' }).first('id');
  if (bookable) await update('bookable', bookable.id, { status: 'active' });
}
