import type { Knex } from 'knex';

/** What somebody can prove beside their password, and whether they have to. */
export interface SecondFactors {
  readonly authenticatorApp: boolean;
  readonly passkeys: number;
  /** Recovery codes that were not used. */
  readonly recoveryCodes: number;
  /** The policy that holds for them says so. */
  readonly required: boolean;
  /** They may set one up. */
  readonly offered: boolean;
}

interface Row {
  authenticator_app: boolean;
  passkeys: number;
  recovery_codes: number;
  required: boolean;
  policy: string;
}

export async function secondFactorsOf(db: Knex, userId: number): Promise<SecondFactors> {
  const { rows } = await db.raw<{ rows: [Row] }>(
    `SELECT EXISTS (SELECT FROM authenticator_apps WHERE user_id = :userId) AS authenticator_app,
            (SELECT count(*)::int FROM passkeys WHERE user_id = :userId) AS passkeys,
            (SELECT count(*)::int FROM recovery_codes WHERE user_id = :userId AND used_at IS NULL) AS recovery_codes,
            must_have_second_factor(:userId) AS required, second_factor_policy(:userId) AS policy`,
    { userId },
  );
  const [row] = rows;
  return {
    authenticatorApp: row.authenticator_app,
    passkeys: row.passkeys,
    recoveryCodes: row.recovery_codes,
    required: row.required,
    offered: row.policy !== 'off',
  };
}

/** Whether somebody has any. */
export const hasFactor = ({ authenticatorApp, passkeys }: SecondFactors): boolean => authenticatorApp || passkeys > 0;

/** Whether a password alone opens nothing for this person: they have a second factor, or must have one. */
export async function needsSecondFactor(db: Knex, userId: number): Promise<boolean> {
  const { rows } = await db.raw<{ rows: [{ needed: boolean }] }>('SELECT needs_second_factor(?) AS needed', [userId]);
  return rows[0].needed;
}

/**
 * Takes all second factors of a person away, for whoever lost them, and ends what was opened with them. Where one is
 * required the next sign-in asks to set one up. Writes no audit row; the caller does, in the same transaction.
 */
export async function resetSecondFactors(trx: Knex, userId: number): Promise<void> {
  for (const table of ['authenticator_apps', 'passkeys', 'recovery_codes', 'sessions', 'sign_ins']) {
    await trx(table).where({ user_id: userId }).delete();
  }
}
