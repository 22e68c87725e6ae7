import type { Knex } from 'knex';

/** How much an application is used. */
export interface Usage {
  /** People who have connected it. */
  readonly people: number;
  /** Authorizations that hold now: each browser or machine of a person has its own. */
  readonly grants: number;
  /** Access tokens that are good now. */
  readonly live_tokens: number;
  /** Access tokens that it got in the last {@link usageDays} days. */
  readonly tokens: number;
  /** When it last got one; null: not in the last year. */
  readonly last_used_at: Date | null;
}

/** Days that the number of tokens is counted over. */
export const usageDays = 30;

/** How much one application is used. */
export async function usageOf(db: Knex, clientId: string): Promise<Usage> {
  const { rows } = await db.raw<{ rows: [Usage] }>(
    `SELECT issued.*, used.* FROM
       (SELECT count(DISTINCT account_id) FILTER (WHERE kind = 'Grant')::int AS people,
               count(*) FILTER (WHERE kind = 'Grant')::int AS grants,
               count(*) FILTER (WHERE kind IN ('AccessToken', 'ClientCredentials'))::int AS live_tokens
          FROM oidc_artifacts WHERE client_id = :client AND expires_at > now()) issued,
       (SELECT coalesce(sum(tokens) FILTER (WHERE day > current_date - ${usageDays}), 0)::int AS tokens,
               max(last_at) AS last_used_at
          FROM application_usage WHERE client_id = :client) used`,
    { client: clientId },
  );
  return rows[0];
}

/** When each of several applications last got a token. */
export async function lastUses(db: Knex, clientIds: readonly string[]): Promise<ReadonlyMap<string, Date>> {
  const rows: Array<{ client_id: string; last_at: Date }> = await db('application_usage')
    .whereIn('client_id', clientIds)
    .groupBy('client_id')
    .select('client_id', db.raw('max(last_at) AS last_at'));
  return new Map(rows.map((row) => [row.client_id, row.last_at]));
}

/** Adds to what an application has used on this day. */
export async function noteUse(db: Knex, clientId: string, tokens: number): Promise<void> {
  await db.raw(
    `INSERT INTO application_usage AS u (client_id, day, tokens, last_at)
     SELECT client_id, current_date, ?::int, now() FROM applications WHERE client_id = ?
     ON CONFLICT (client_id, day) DO UPDATE SET tokens = u.tokens + EXCLUDED.tokens, last_at = EXCLUDED.last_at`,
    [tokens, clientId],
  );
}

/** Deletes what is older than a year. @returns how many rows went */
export function sweepUsage(db: Knex): Promise<number> {
  return db('application_usage').whereRaw(`day < current_date - 366`).delete();
}
