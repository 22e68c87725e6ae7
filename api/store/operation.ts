import { type Decision, decide, type Operation } from '../../shared/access/decide.ts';
import type { Principal } from '../../shared/access/principal.ts';
import { type Permission, permissions } from '../../shared/access/roles.ts';
import { scopesFor } from '../../shared/access/scopes.ts';
import type { Config } from '../../shared/config.ts';
import type { Action, Resource } from '../resources/declaration.ts';
import { Forbidden, Unauthenticated } from './refusals.ts';
import { superusers } from './superusers.ts';

export type AnonymousRead = Config['anonymousRead'];

const known = new Map<AnonymousRead, WeakMap<Resource, Readonly<Record<Permission, Operation>>>>();

/** What each permission on a resource takes: the facts that decide, and that the OpenAPI document prints. */
export function operationsOf(
  resource: Resource,
  anonymousRead: AnonymousRead,
): Readonly<Record<Permission, Operation>> {
  const all = known.get(anonymousRead) ?? new WeakMap<Resource, Readonly<Record<Permission, Operation>>>();
  known.set(anonymousRead, all);
  let operations = all.get(resource);
  if (!operations) {
    operations = Object.fromEntries(
      permissions.map((permission) => [permission, operationOf(resource, permission, anonymousRead)]),
    ) as Record<Permission, Operation>;
    all.set(resource, operations);
  }
  return operations;
}

function operationOf(resource: Resource, permission: Permission, anonymousRead: AnonymousRead): Operation {
  const open =
    permission === 'view' &&
    resource.anonymous !== undefined &&
    (anonymousRead === 'all' || anonymousRead === resource.anonymous);
  const takes = resource.takes?.[permission] ?? permission;
  return {
    role: resource.role,
    permission: takes,
    scopes: resource.unscoped?.includes(permission) ? [] : scopesFor(resource.role, takes),
    own: resource.own?.may.includes(permission) ?? false,
    anonymous: open,
    ...(resource.signedIn?.includes(permission) && { who: 'signed-in' as const }),
    ...(resource.superusers?.includes(permission) && { who: 'superuser' as const }),
  };
}

/** What somebody wants to do to rows of a resource: by a permission, or an action with what it takes. */
export type Wanted = Permission | Pick<Action, 'permission' | 'superusersOnly'>;

/** What that takes. */
export function operationFor(resource: Resource, wanted: Wanted, anonymousRead: AnonymousRead): Operation {
  if (typeof wanted === 'string') return operationsOf(resource, anonymousRead)[wanted];
  return wanted.superusersOnly ? superusers : operationsOf(resource, anonymousRead)[wanted.permission ?? 'change'];
}

/**
 * Lets an operation through, in full or for the caller's own rows.
 * @throws Unauthenticated, Forbidden
 */
export function allow(principal: Principal, operation: Operation): 'all' | 'own' {
  const decision: Decision = decide(principal, operation);
  if (decision.allow !== 'nothing') return decision.allow;
  if (decision.because === 'unauthenticated') throw new Unauthenticated();
  throw new Forbidden(decision.because, operation.scopes);
}
