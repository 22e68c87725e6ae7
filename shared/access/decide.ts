import type { Principal } from './principal.ts';
import type { Permission, Role } from './roles.ts';

/** What somebody wants to do, as its declaration describes it. */
export interface Operation {
  /** The role that owns it, and the permission of that role it takes. Absent: no role is needed (see `who`). */
  readonly role?: Role;
  readonly permission?: Permission;
  /** Who may do it whatever their roles: everybody signed in, staff, or superusers only. */
  readonly who?: 'signed-in' | 'staff' | 'superuser';
  /** The scopes that let a scope-bound request through, as alternatives. */
  readonly scopes: readonly string[];
  /** An object rule lets people do it to the rows that are theirs, without the role. */
  readonly own?: boolean;
  /** Open to requests without credentials. */
  readonly anonymous?: boolean;
}

export type Decision =
  | { readonly allow: 'all' | 'own' }
  | { readonly allow: 'nothing'; readonly because: 'unauthenticated' | 'scope' | 'role' };

/**
 * The one place that says yes or no: roles ∩ scopes, then object rules.
 * «own» means: only for rows that the declaration's object rule calls theirs; the store adds that condition.
 */
export function decide(principal: Principal, operation: Operation): Decision {
  const { person, scopes } = principal;
  if (!person) {
    return operation.anonymous ? { allow: 'all' } : { allow: 'nothing', because: 'unauthenticated' };
  }
  if (!person.isActive) return { allow: 'nothing', because: 'unauthenticated' };
  if (scopes && !operation.anonymous && !operation.scopes.some((scope) => scopes.has(scope))) {
    return { allow: 'nothing', because: 'scope' };
  }
  if (person.isSuperuser || operation.anonymous || mayByRole(principal, operation)) return { allow: 'all' };
  return operation.own ? { allow: 'own' } : { allow: 'nothing', because: 'role' };
}

function mayByRole({ person }: Principal, { role, permission, who }: Operation): boolean {
  if (!person || who === 'superuser') return false;
  if (who === 'signed-in') return true;
  if (who === 'staff') return person.isStaff;
  return role !== undefined && permission !== undefined && (person.rights.get(role)?.has(permission) ?? false);
}
