import type { Knex } from 'knex';
import type Provider from 'oidc-provider';
import type { Client } from 'oidc-provider';
import type { Services } from '../../shared/services.ts';
import type { LiveProvider } from './live-provider.ts';

interface Notice {
  readonly id: string;
  readonly client_id: string;
  readonly account_id: string;
  readonly sid: string;
}

type Send = (this: Client, accountId: string, sid: string) => Promise<void>;

/** How each provider sends a notice. */
const sendVia = new WeakMap<Provider, Send>();

/**
 * Keeps the library from telling applications itself: it knows of one way in which a session ends, and tells once. The
 * database notes every end of a session.
 */
export function leaveNoticesToDatabase(provider: Provider): void {
  const prototype = provider.Client.prototype as unknown as { backchannelLogout: Send };
  sendVia.set(provider, prototype.backchannelLogout);
  prototype.backchannelLogout = async () => {};
}

/** Notices that one turn tells. */
const batch = 20;
/** After so many tries an application is not told any more. */
const mostAttempts = 6;
/** Milliseconds after a session ended until its notices are due. */
const delay = 1100;

/**
 * Tells applications that somebody's session ended (OpenID Connect Back-Channel Logout), whatever ended it. An
 * application that does not answer is told again, later each time; several processes share the work.
 */
export function tellOfLogouts(provider: LiveProvider, { knex, events, log }: Services): void {
  const run = async () => {
    try {
      for (;;) {
        const notices = await claim(knex);
        await Promise.all(notices.map(tell));
        if (notices.length < batch) return;
      }
    } catch (error) {
      // They stay noted, and are told a minute later.
      log.warn({ err: error }, 'applications could not be told of a sign-out');
    }
  };

  async function tell({ id, client_id, account_id, sid }: Notice): Promise<void> {
    const client = await provider.current.Client.find(client_id);
    try {
      if (client?.backchannelLogoutUri) await sendVia.get(provider.current)?.call(client, account_id, sid);
    } catch (error) {
      log.warn({ err: error, client: client_id }, 'an application did not take the notice of a sign-out');
      return;
    }
    await knex('logout_notices').where({ id }).delete();
  }

  events.on('logout', () => {
    setTimeout(run, delay).unref();
  });
  events.on('reconnected', () => {
    setTimeout(run, delay).unref();
  });
  setInterval(run, 60_000).unref();
}

/** Takes notices that are due; they come again later unless they are deleted. Sessions that live on are left out. */
async function claim(knex: Knex): Promise<Notice[]> {
  await knex.raw(
    `DELETE FROM logout_notices n WHERE due_at <= now() AND (attempts >= ${mostAttempts} OR EXISTS (
       SELECT 1 FROM oidc_artifacts s WHERE s.kind = 'Session' AND s.uid = n.session_uid))`,
  );
  const { rows } = await knex.raw<{ rows: Notice[] }>(
    `UPDATE logout_notices SET attempts = attempts + 1, due_at = now() + interval '30 seconds' * power(4, attempts)
      WHERE id IN (SELECT id FROM logout_notices WHERE due_at <= now() ORDER BY id LIMIT ${batch} FOR UPDATE SKIP LOCKED)
      RETURNING id, client_id, account_id, sid`,
  );
  return rows;
}
