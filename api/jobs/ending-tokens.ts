import { audit } from '../../shared/audit.ts';
import { postLetter } from '../../shared/mail/outbox.ts';
import { readerOf } from '../../shared/mail/tell-of-change.ts';
import { forEach, type JobContext } from './job.ts';

/**
 * A token that ends within a week, unless it was made for two weeks or less: whoever did that knows. Those that a program
 * got for a password (AtroCore) are got again by it.
 */
const due = `t.end_told_at IS NULL AND t.revoked_at IS NULL AND t.lifetime_hours IS NULL
  AND t.expires_at > now() AND t.expires_at <= now() + interval '7 days'
  AND t.expires_at > t.created_at + interval '14 days'`;

/**
 * Tells people of their API tokens that end within a week, each once; whoever confirms their address before the end is
 * told then.
 */
export async function tellOfEndingTokens(context: JobContext): Promise<{ done: number; failed: number }> {
  const { knex, actor } = context;
  const { rows } = await knex.raw<{ rows: { id: number }[] }>(
    `SELECT t.id FROM api_tokens AS t JOIN users AS u ON u.id = t.user_id
     WHERE ${due} AND u.is_active AND u.email <> '' AND u.email_verified_at IS NOT NULL ORDER BY t.expires_at, t.id`,
  );
  const ids = rows.map(({ id }) => id);
  return forEach(context, 'tokens ending soon', ids, (id) =>
    knex.transaction(async (trx) => {
      const { rows: told } = await trx.raw<{ rows: { user_id: number; name: string; expires_at: Date }[] }>(
        `UPDATE api_tokens AS t SET end_told_at = now() WHERE t.id = ? AND ${due} RETURNING user_id, name, expires_at`,
        [id],
      );
      const token = told[0];
      const reader = token && (await readerOf(trx, token.user_id));
      if (!reader) return false;
      const { id: userId, username, first_name: firstName, email: recipient } = reader;
      const facts = { name: firstName || username, username, token: token.name, ends: token.expires_at.toISOString() };
      await postLetter(trx, { kind: 'token_ending', userId, recipient, facts });
      await audit(trx, actor, { action: 'token_ending', resource: 'token', objectId: id });
      return true;
    }),
  );
}
