import { type Permission, permissions, type Role, roleNames, roles } from './roles.ts';

const verbs: Record<Permission, string> = {
  view: 'View',
  add: 'Add',
  change: 'Change',
  delete: 'Delete',
};

/** Scopes of OpenID Connect itself; they say what a client learns about the person, not what it may do. */
export const identityScopes = {
  openid: 'Know who you are (your account number)',
  profile: 'See your name and username',
  email: 'See your e-mail address',
  offline_access: 'Stay connected while you are away, until you take that back',
} as const;

/** Scopes of the resource API that name no role. */
export const generalScopes = {
  'g:read': 'Read everything that you may view',
  'a:staff': 'Use the staff endpoints as you',
  'a:superuser': 'Do everything that you may do',
} as const;

/** Every scope of the resource API with the sentence that the consent page shows for it. */
export const resourceScopes: Readonly<Record<string, string>> = Object.freeze({
  ...generalScopes,
  ...Object.fromEntries(
    permissions.flatMap((permission) =>
      roleNames.map((role) => [`r:${permission}:${role}`, `${verbs[permission]} ${roles[role].covers}`]),
    ),
  ),
});

/** What a client gets that asks for no scope (design: never everything). */
export const defaultScope = 'g:read';

/**
 * The scopes that let one operation through, as alternatives: any one of them is enough.
 * The OpenAPI document prints this very list.
 */
export function scopesFor(role: Role, permission: Permission): string[] {
  const own = `r:${permission}:${role}`;
  return permission === 'view' ? [own, 'g:read', 'a:superuser'] : [own, 'a:superuser'];
}

/** The role and permission that a scope such as `r:add:host` names; undefined for the other kinds. */
export function roleOfScope(scope: string): { role: Role; permission: Permission } | undefined {
  const [kind, permission, role] = scope.split(':');
  if (kind !== 'r' || !(scope in resourceScopes)) return undefined;
  return { role: role as Role, permission: permission as Permission };
}
