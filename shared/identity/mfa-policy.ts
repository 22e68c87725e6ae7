import type { Knex } from 'knex';
import type { Principal } from '../access/principal.ts';
import { audit } from '../audit.ts';

/** What a policy says about second factors, the least strict first. */
export const mfaLevels = {
  off: 'Not offered',
  offered: 'Offered to whoever wants one',
  superusers: 'Required for superusers, offered to others',
  required: 'Required',
} as const;
export type MfaLevel = keyof typeof mfaLevels;

export const isMfaLevel = (word: string): word is MfaLevel => Object.hasOwn(mfaLevels, word);

/** What holds for everybody, and for the members of groups beyond it: of several the strictest counts. */
export interface MfaPolicy {
  readonly everybody: MfaLevel;
  /** Groups that have a policy of their own. */
  readonly groups: readonly { readonly groupId: number; readonly name: string; readonly level: MfaLevel }[];
}

export async function mfaPolicy(db: Knex): Promise<MfaPolicy> {
  const rows = await db('second_factor_policies AS p')
    .leftJoin('groups AS g', 'g.id', 'p.group_id')
    .orderByRaw('lower(g.name)')
    .select<{ group_id: number | null; name: string; level: MfaLevel }[]>('p.group_id', 'g.name', 'p.level');
  return {
    everybody: rows.find(({ group_id }) => group_id === null)?.level ?? 'off',
    groups: rows.flatMap(({ group_id, name, level }) =>
      group_id === null ? [] : [{ groupId: group_id, name, level }],
    ),
  };
}

/**
 * Sets the level of everybody (`groupId` null) or of one group; a group's `level` null: it has none of its own. Who now
 * needs a second factor has to prove it at their next request.
 * @throws Error when the principal is no superuser
 */
export async function setMfaPolicy(
  trx: Knex,
  principal: Principal,
  { groupId, level }: { groupId: number; level: MfaLevel | null } | { groupId: null; level: MfaLevel },
): Promise<void> {
  if (!principal.person?.isSuperuser) throw new Error('Only a superuser sets the policy for second factors');
  const before = await trx('second_factor_policies').where({ group_id: groupId }).forUpdate().first('level');
  if ((before?.level ?? null) === level) return;
  if (level === null) await trx('second_factor_policies').where({ group_id: groupId }).delete();
  else {
    await trx.raw(
      `INSERT INTO second_factor_policies (group_id, level) VALUES (?, ?)
       ON CONFLICT (coalesce(group_id, 0)) DO UPDATE SET level = EXCLUDED.level`,
      [groupId, level],
    );
  }
  const changes = { level: { old: before?.level ?? null, new: level } };
  await audit(trx, principal, { action: 'set_mfa_policy', resource: 'group', objectId: groupId, changes });
}
