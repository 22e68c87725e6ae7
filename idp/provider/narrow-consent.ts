import type { Knex } from 'knex';
import { type Actor, audit } from '../../shared/audit.ts';
import type { ConnectedApplication } from './connected-applications.ts';

/** What stays for as long as an application is connected: it says whose tokens it has, as each of them does. */
export const staysConnected = 'openid';

/** Whether a person can take single scopes away from an application: it asks for them, and something would be left. */
export const canBeNarrowed = ({ scopes, asks }: ConnectedApplication): boolean =>
  asks && scopes.length > 1 && scopes.some((scope) => scope !== staysConnected);

/**
 * Leaves an application less of what a person agreed to, in each of its authorizations for them. Access tokens that hold
 * more end at once, also those that other services made of them; refresh tokens give what is left. For more it has to
 * ask again. A scope that it does not hold is never added.
 * @param kept what it may go on with
 * @param actor who takes the rest away
 */
export async function narrowConsent(
  db: Knex,
  { userId, application, kept }: { userId: number; application: ConnectedApplication; kept: ReadonlySet<string> },
  actor: Actor,
): Promise<void> {
  const { clientId, scopes } = application;
  const left = scopes.filter((scope) => kept.has(scope) || scope === staysConnected);
  await db.transaction(async (trx) => {
    await trx.raw('SELECT narrow_consent(?, ?, ?)', [userId, clientId, left]);
    const changes = { scopes: { old: scopes, new: left } };
    await audit(trx, actor, { action: 'narrow', resource: 'consent', objectId: `${userId} ${clientId}`, changes });
  });
}
