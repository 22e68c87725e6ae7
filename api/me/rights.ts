import type { Person } from '../../shared/access/principal.ts';
import { type Permission, permissions, type Role, roleNames } from '../../shared/access/roles.ts';
import type { Resource } from '../resources/declaration.ts';
import { resources } from '../resources/index.ts';

/** What InvenTree's clients ask for beside our own roles: the role that covers it here, or null when there is no such thing. */
const otherRoles: Readonly<Record<string, Role | null>> = {
  bom: 'part',
  build: null,
  purchase_order: null,
  sales_order: null,
  return_order: null,
  transfer_order: null,
};

/** A person's permissions by role. Every role is named; null where there are none, since clients take an absent role as allowed. */
export function rolesOf(person: Person): Record<string, Permission[] | null> {
  const all = [...roleNames.map((role) => [role, role] as const), ...Object.entries(otherRoles)];
  return Object.fromEntries(all.map(([name, role]) => [name, role && heldOf(person, role)]));
}

/** A person's permissions by model, `stockitem: [add, view]`, in the order of the alphabet; models without any are left out. */
export function modelPermissionsOf(person: Person): Record<string, Permission[]> {
  const entries = resources.map((resource) => [modelName(resource), heldOf(person, resource.role)?.sort()] as const);
  return Object.fromEntries(entries.filter(([, held]) => held)) as Record<string, Permission[]>;
}

const modelName = ({ name, modelName }: Resource): string => modelName ?? name.replaceAll('_', '');

function heldOf(person: Person, role: Role): Permission[] | null {
  if (!person.isActive) return null;
  const held = permissions.filter((permission) => person.isSuperuser || person.rights.get(role)?.has(permission));
  return held.length > 0 ? held : null;
}
