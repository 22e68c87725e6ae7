import type { Knex } from 'knex';

/** An application that a person let act for them, and how far. */
export interface ConnectedApplication {
  readonly clientId: string;
  readonly name: string;
  readonly description: string;
  /** What the person agreed to. */
  readonly scopes: readonly string[];
  /** Whether it asks people at all; one that a superuser trusts does not. */
  readonly asks: boolean;
  /** When they first agreed, of what still holds. */
  readonly since: Date;
  /** When it last got an access token that is still known; null when none is. */
  readonly lastTokenAt: Date | null;
}

interface Row {
  client_id: string;
  name: string;
  description: string;
  scope: string | null;
  asks: boolean;
  since: Date;
  last_token_at: Date | null;
}

/** The applications that hold a person's consent, by name. Take it back with `revokeConsent`. */
export async function connectedApplications(db: Knex, userId: number): Promise<ConnectedApplication[]> {
  const { rows } = await db.raw<{ rows: Row[] }>(
    `SELECT a.client_id, a.name, a.description, a.consent <> 'trusted' AS asks, g.scope, g.since,
            (SELECT max(t.created_at) FROM oidc_artifacts t
              WHERE t.kind = 'AccessToken' AND t.account_id = :account AND t.client_id = a.client_id) AS last_token_at
       FROM (SELECT client_id, min(created_at) AS since,
                    (array_agg(payload #>> '{openid,scope}' ORDER BY created_at DESC))[1] AS scope
               FROM oidc_artifacts
              WHERE kind = 'Grant' AND account_id = :account AND expires_at > now()
                AND NOT EXISTS (SELECT 1 FROM exchanged_grants e WHERE e.grant_id = oidc_artifacts.grant_id)
              GROUP BY client_id) g
       JOIN applications a USING (client_id)
      ORDER BY lower(a.name), a.client_id`,
    { account: String(userId) },
  );
  return rows.map((row) => ({
    clientId: row.client_id,
    name: row.name,
    description: row.description,
    scopes: row.scope?.split(' ').filter(Boolean) ?? [],
    asks: row.asks,
    since: row.since,
    lastTokenAt: row.last_token_at,
  }));
}
