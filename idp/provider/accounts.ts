import type { Knex } from 'knex';
import type { Account, AccountClaims, KoaContextWithOIDC } from 'oidc-provider';
import { prepared } from './prepared.ts';
import { currentIssue, reading } from './unit-of-work.ts';

/** The claims that each scope lets a client read. How well the person proved who they are stands in every ID token. */
export const claimsByScope = {
  openid: ['sub', 'acr', 'amr', 'auth_time'],
  profile: ['name', 'given_name', 'family_name', 'preferred_username'],
  email: ['email', 'email_verified'],
};

/** What of a person is told. */
export interface AccountRow {
  id: number;
  username: string;
  first_name: string;
  last_name: string;
  email: string;
  email_verified: boolean;
}

/** An account of the provider, with the name that the audit trail keeps. */
export interface PersonAccount extends Account {
  readonly username: string;
}

/** The columns of {@link AccountRow}. */
export const accountColumns =
  'id, username, first_name, last_name, email, email_verified_at IS NOT NULL AS email_verified';

const accountById = prepared<AccountRow>(
  'account_by_id',
  `SELECT ${accountColumns} FROM users WHERE id = ? AND is_active`,
);

/** An active person, as this request read them already or as they are. */
export async function activeAccount(knex: Knex, id: number): Promise<AccountRow | undefined> {
  const known = currentIssue()?.accounts.get(id);
  if (known) return known;
  const read = async (db: Knex) => (await accountById(db, [id])).rows[0];
  return reading(() => read(knex), read);
}

/** Finds the person behind a subject; undefined when there is none or they are disabled, which ends every flow. */
export function accountFinder(knex: Knex) {
  return async (_ctx: KoaContextWithOIDC, subject: string): Promise<PersonAccount | undefined> => {
    if (!/^[1-9]\d{0,8}$/.test(subject)) return undefined;
    const row = await activeAccount(knex, Number(subject));
    return row && { accountId: subject, username: row.username, claims: () => claimsOf(row) };
  };
}

/** Empty ones are left out (OpenID Connect Core §5.3.2). */
function claimsOf(row: AccountRow): AccountClaims {
  const claims = {
    sub: String(row.id),
    name: `${row.first_name} ${row.last_name}`.trim() || row.username,
    given_name: row.first_name,
    family_name: row.last_name,
    preferred_username: row.username,
    email: row.email,
    ...(row.email && { email_verified: row.email_verified }),
  };
  return Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== '')) as AccountClaims;
}
