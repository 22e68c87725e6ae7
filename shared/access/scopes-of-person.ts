import type { Person } from './principal.ts';
import { type Permission, permissions, type Role, roleNames } from './roles.ts';

/** The scopes that make sense for what somebody may do, in the form that a page offers them. */
export interface OfferedScopes {
  /** Scopes that belong to no role. */
  readonly general: readonly string[];
  /** For each role that they hold anything of, its permissions that they hold. */
  readonly byRole: readonly { readonly role: Role; readonly permissions: readonly Permission[] }[];
}

/** A token of this person could use these scopes; any other would promise what their roles do not give. */
export function scopesWorthOffering(person: Person): OfferedScopes {
  const byRole = roleNames
    .map((role) => ({ role, permissions: permissions.filter((permission) => holds(person, role, permission)) }))
    .filter((held) => held.permissions.length > 0);
  const general = ['g:read', ...(person.isStaff || person.isSuperuser ? ['a:staff'] : [])];
  return { general: person.isSuperuser ? [...general, 'a:superuser'] : general, byRole };
}

/** The same as a plain list of names. */
export function namesOf({ general, byRole }: OfferedScopes): string[] {
  return [...general, ...byRole.flatMap(({ role, permissions }) => permissions.map((each) => `r:${each}:${role}`))];
}

const holds = (person: Person, role: Role, permission: Permission) =>
  person.isSuperuser || (person.rights.get(role)?.has(permission) ?? false);
