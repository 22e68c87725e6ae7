import type { Knex } from 'knex';
import type { Account, AccountClaims, KoaContextWithOIDC } from 'oidc-provider';
import { prepared } from './prepared.ts';
import { currentDb } from './unit-of-work.ts';

/** The claims that each scope lets a client read. How well the person proved who they are stands in every ID token. */
export const claimsByScope = {
  openid: ['sub', 'acr', 'amr', 'auth_time'],
  profile: ['name', 'given_name', 'family_name', 'preferred_username'],
  email: ['email', 'email_verified'],
};

interface Row {
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

const accountById = prepared<Row>(
  'account_by_id',
  `SELECT id, username, first_name, last_name, email, email_verified_at IS NOT NULL AS email_verified
     FROM users WHERE id = ? AND is_active`,
);

/** Finds the person behind a subject; undefined when there is none or they are disabled, which ends every flow. */
export function accountFinder(knex: Knex) {
  return async (_ctx: KoaContextWithOIDC, subject: string): Promise<PersonAccount | undefined> => {
    if (!/^[1-9]\d{0,8}$/.test(subject)) return undefined;
    const { rows } = await accountById(currentDb(knex), [Number(subject)]);
    const row = rows[0];
    return row && { accountId: subject, username: row.username, claims: () => claimsOf(row) };
  };
}

/** Empty ones are left out (OpenID Connect Core §5.3.2). */
function claimsOf(row: Row): AccountClaims {
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
