import { audit } from '../../shared/audit.ts';
import { runsBy } from '../../shared/transaction.ts';
import type { LetterKind } from '../mail/letters.ts';
import { post } from '../mail/outbox.ts';
import { tellOfEndingTokens } from './ending-tokens.ts';
import { forEach, type JobContext, type JobReport } from './job.ts';

/** A letter that is due once: which bookings get it, and the mark that says that they had it. */
interface Reminder {
  readonly step: string;
  readonly letter: LetterKind;
  /** SQL over `occupancy AS o`; days are those of the installation. */
  readonly due: string;
  readonly column: 'mail_start_reminder_sent' | 'mail_end_reminder_sent' | 'mail_end_sent' | 'mail_last_nag';
}

const dayAfterTomorrow = "date_trunc('day', now()) + interval '2 days'";

/** `{nag}`: days between two questions whether a reservation is still needed. */
const reminders: readonly Reminder[] = [
  {
    step: 'starting soon',
    letter: 'start_reminder',
    due: `NOT o.mail_start_reminder_sent AND o.start > now() AND o.start < ${dayAfterTomorrow}`,
    column: 'mail_start_reminder_sent',
  },
  {
    step: 'ending soon',
    letter: 'end_reminder',
    due: `o.kind = 'booking' AND NOT o.mail_end_reminder_sent AND o.start <= now() AND o."end" > now() AND o."end" <= ${dayAfterTomorrow}`,
    column: 'mail_end_reminder_sent',
  },
  {
    step: 'ended',
    letter: 'ended',
    // What ended long ago, in another system perhaps, is no news.
    due: `o.kind = 'booking' AND NOT o.mail_end_sent AND o."end" <= now() AND o."end" > now() - interval '7 days'`,
    column: 'mail_end_sent',
  },
  {
    step: 'held for long',
    letter: 'nag',
    due: `o.kind = 'reservation' AND o.start <= now() AND coalesce(o."end", 'infinity') > now()
      AND greatest(o.mail_last_nag, o.start) < now() - make_interval(days => {nag})`,
    column: 'mail_last_nag',
  },
];

/**
 * Reminds people of what starts, ends and has ended, of what they have held for long, and of tokens that end soon. Each letter goes into the
 * outbox together with its mark, so that running it again reminds nobody twice.
 */
export async function runMorning(context: JobContext): Promise<JobReport> {
  const { knex, config, actor } = context;
  const done: Record<string, number> = {};
  let failures = 0;
  for (const { step, letter, due, column } of reminders) {
    const condition = `o.cancelled_at IS NULL AND ${due.replace('{nag}', String(config.reservationReminderDays))}`;
    const { rows } = await knex.raw<{ rows: { id: number }[] }>(
      `SELECT o.id FROM occupancy AS o WHERE ${condition} ORDER BY o.start, o.id`,
    );
    const ids = rows.map(({ id }) => id);
    const mark = column === 'mail_last_nag' ? 'now()' : 'true';
    // Asked again by the one who marks it: whoever else runs this at the same time finds it done.
    const marking = `UPDATE occupancy AS o SET ${column} = ${mark} WHERE o.id = ? AND ${condition} RETURNING o.kind`;
    const outcome = await forEach(context, step, ids, (id) =>
      knex.transaction(async (trx) => {
        const marked = await trx.raw<{ rows: { kind: string }[] }>(marking, [id]);
        const kind = marked.rows[0]?.kind;
        if (!kind) return false;
        await post(runsBy(trx), letter, { occupancy: id }, null);
        await audit(trx, actor, { action: letter, resource: kind, objectId: id });
        return true;
      }),
    );
    done[step] = outcome.done;
    failures += outcome.failed;
  }
  const tokens = await tellOfEndingTokens(context);
  return { done: { ...done, 'tokens ending soon': tokens.done }, failed: failures + tokens.failed };
}
