import type { Knex } from 'knex';
import type { Principal } from '../access/principal.ts';
import { roleNames } from '../access/roles.ts';
import { resourceScopes, roleOfScope } from '../access/scopes.ts';
import { audit } from '../audit.ts';

/** For so long a superuser may stand in for somebody before it ends by itself; minutes. */
export const standInMinutes = 15;

/**
 * What binds whoever stands in: the roles of that person but the one over people. Like everything that scopes bind it
 * makes no tokens, registers nothing and changes no password.
 */
export const standInScopes: ReadonlySet<string> = new Set(
  Object.keys(resourceScopes).filter((scope) => {
    const role = roleOfScope(scope)?.role;
    return scope === 'g:read' || (role !== undefined && role !== 'admin' && roleNames.includes(role));
  }),
);

/**
 * Lets a superuser's session stand in for a person. Not for superusers, service users and the disabled, and not while
 * it does already.
 * @returns false when it may not
 */
export function beginStandIn(
  knex: Knex,
  actor: Principal,
  { idHash, personId }: { idHash: Buffer; personId: number },
): Promise<boolean> {
  return knex.transaction(async (trx) => {
    const { rows } = await trx.raw<{ rows: Array<{ acting_until: Date }> }>(
      `UPDATE sessions AS s SET acting_as_id = somebody.id, acting_until = now() + make_interval(mins => ?)
         FROM users AS somebody, users AS superuser
        WHERE s.id_hash = ? AND stands_in_for(s) IS NULL AND superuser.id = s.user_id AND superuser.is_superuser
          AND somebody.id = ? AND somebody.is_active AND NOT somebody.is_superuser AND NOT somebody.is_service
       RETURNING s.acting_until`,
      [standInMinutes, idHash, personId],
    );
    const [begun] = rows;
    if (!begun) return false;
    const changes = { until: { new: begun.acting_until } };
    await audit(trx, actor, { action: 'stand_in', resource: 'user', objectId: personId, changes });
    return true;
  });
}

/** Ends it before its time. `actor` is the principal that stands in. */
export function endStandIn(knex: Knex, actor: Principal, idHash: Buffer): Promise<void> {
  return knex.transaction(async (trx) => {
    await trx('sessions').where({ id_hash: idHash }).update({ acting_as_id: null, acting_until: null });
    await audit(trx, actor, { action: 'end_stand_in', resource: 'user', objectId: actor.person?.id ?? null });
  });
}
