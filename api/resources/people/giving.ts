import { type Permission, permissions, type Role, roleNames, roles } from '../../../shared/access/roles.ts';
import { Forbidden } from '../../store/refusals.ts';
import type { Change } from '../declaration.ts';

/** Whether the writer acts as a superuser in full: a token bound by scopes needs `a:superuser` for that. */
export function actsAsSuperuser({ principal }: Change): boolean {
  const { person, scopes } = principal;
  return person?.isSuperuser === true && (scopes === null || scopes.has('a:superuser'));
}

/**
 * Nobody gives what they do not hold: refuses unless the writer (roles ∩ scopes) holds each of these rights.
 * @throws Forbidden naming the right that is missing
 */
export function refuseBeyond(change: Change, given: Iterable<readonly [Role, Permission]>): void {
  for (const [role, permission] of given) {
    if (change.may(role, permission)) continue;
    const right = `${permission} ${roles[role].covers}`;
    if (change.principal.person?.isSuperuser) throw new Forbidden('scope', [`r:${permission}:${role}`, 'a:superuser']);
    throw new Forbidden('role', [], `Nobody can give a right that they do not hold themselves: ${right}.`);
  }
}

/** What the rulesets of these groups let their members do. */
export async function rightsOfGroups({ trx }: Change, groups: readonly number[]): Promise<[Role, Permission][]> {
  if (groups.length === 0) return [];
  const rows: ({ name: string } & Record<`can_${Permission}`, boolean>)[] = await trx('rulesets')
    .whereIn('group_id', groups)
    .whereIn('name', roleNames);
  return rows.flatMap((row) =>
    permissions
      .filter((permission) => row[`can_${permission}`])
      .map((permission): [Role, Permission] => [row.name as Role, permission]),
  );
}
