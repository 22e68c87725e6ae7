import type { Knex } from 'knex';
import { type Actor, audit } from '../../shared/audit.ts';

/**
 * Revokes one authorization: its grant and every code and token issued under it, in all processes at commit.
 * Whoever issues tokens under it at the moment is waited for, so none is left over.
 * @returns false when there is no such grant
 */
export async function revokeGrant(db: Knex, grantId: string, address: string | null = null): Promise<boolean> {
  return db.transaction(async (trx) => {
    const { rows } = await trx.raw<{ rows: Array<{ client_id: string; account_id: string; username: string | null }> }>(
      `SELECT g.client_id, g.account_id, u.username FROM oidc_artifacts g LEFT JOIN users u ON u.id = g.account_id::integer
        WHERE g.kind = 'Grant' AND g.grant_id = ?`,
      [grantId],
    );
    await trx.raw('SELECT end_grant(?)', [grantId]);
    const grant = rows[0];
    if (!grant) return false;
    const person = { id: Number(grant.account_id), username: grant.username ?? grant.account_id };
    const actor: Actor = { person, proof: 'bearer', application: grant.client_id, tokenId: null, address };
    await audit(trx, actor, { action: 'revoke', resource: 'grant', objectId: grantId });
    return true;
  });
}

/**
 * Takes back what a person let an application do: all its grants and tokens for them. It is asked for consent again.
 * @param actor who takes it back
 * @returns how many grants there were
 */
export async function revokeConsent(
  db: Knex,
  { userId, clientId }: { userId: number; clientId: string },
  actor: Actor,
): Promise<number> {
  return db.transaction(async (trx) => {
    const grants = await trx('oidc_artifacts')
      .where({ kind: 'Grant', account_id: String(userId), client_id: clientId })
      .pluck('grant_id');
    await trx.raw('SELECT end_consent(?, ?)', [userId, clientId]);
    await audit(trx, actor, { action: 'revoke', resource: 'consent', objectId: `${userId} ${clientId}` });
    return grants.length;
  });
}

/**
 * Ends every grant, code, token and provider session of a person, as after a changed password. Disabling or deleting a
 * person does this by itself. API tokens and browser sessions are not the provider's: end those beside it.
 */
export async function revokeEverythingOf(db: Knex, userId: number): Promise<void> {
  await db.raw('SELECT end_everything_of(?)', [userId]);
}

/** Ends everything issued to an application. Disabling or deleting it does this by itself. */
export async function revokeApplication(db: Knex, clientId: string): Promise<void> {
  await db.raw('SELECT end_everything_for(?)', [clientId]);
}
