import { isRole, type Permission, permissions } from '../../../shared/access/roles.ts';
import type { Hooks, Row } from '../declaration.ts';
import { refuseBeyond } from './giving.ts';

/** A ruleset can be raised by those only who hold what it is raised to, in their own groups and in others alike. */
export const guardRuleset: Hooks = {
  beforeWrite(change) {
    const role = String(change.row.name);
    if (!isRole(role)) return;
    const before = held(change.before ?? {});
    const raised = [...held(change.row)].filter((permission) => !before.has(permission));
    refuseBeyond(
      change,
      raised.map((permission) => [role, permission] as const),
    );
  },
};

/** What a ruleset lets people do, with what goes along by the table's own rule. */
function held(ruleset: Row): ReadonlySet<Permission> {
  const given = new Set(permissions.filter((permission) => ruleset[`can_${permission}`] === true));
  if (given.has('delete') || (given.has('add') && ruleset.name !== 'booking')) given.add('change');
  if (given.size > 0) given.add('view');
  return given;
}
