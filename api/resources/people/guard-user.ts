import { same } from '../../store/changes.ts';
import { Forbidden } from '../../store/refusals.ts';
import type { Change, Hooks } from '../declaration.ts';
import { actsAsSuperuser, refuseBeyond, rightsOfGroups } from './giving.ts';

/**
 * Looking after people is no way to become more than one is: superusers are changed by superusers only, and whoever
 * puts somebody into a group, lets them back in, or changes where their mail goes, holds all that they hold.
 */
export const guardUser: Hooks = {
  async beforeWrite(change) {
    const changed = changedFields(change);
    if (changed.size === 0) return;
    if (change.before?.is_superuser) refuseUnlessSuperuser(change, 'Only a superuser may change a superuser.');
    if (changed.has('is_superuser') || changed.has('is_staff')) {
      refuseUnlessSuperuser(change, 'Only a superuser may say who is staff or a superuser.');
    }
    if (change.before?.is_staff && !change.principal.person?.isStaff && givesAll(change, changed)) {
      refuseUnlessSuperuser(change, 'Only staff and superusers may do this to staff.');
    }
    refuseBeyond(change, await rightsOfGroups(change, groupsGiven(change, changed)));
  },

  beforeDelete(change) {
    if (change.before?.is_superuser) refuseUnlessSuperuser(change, 'Only a superuser may delete a superuser.');
  },

  // Afterwards, so that the last superuser is told that they are the last.
  afterUpdate(change) {
    if (change.before.is_active && change.row.is_active === false) refuseSelf(change);
  },
  afterDelete: refuseSelf,
};

function refuseSelf({ principal, before }: Change): void {
  if (before?.id !== principal.person?.id) return;
  throw new Forbidden('role', [], 'Nobody deletes or deactivates themself. Ask somebody else to.');
}

function changedFields({ before, values, kind }: Change): ReadonlySet<string> {
  const names = Object.keys(values);
  if (kind !== 'create') return new Set(names.filter((name) => !same(values[name], before?.[name])));
  return new Set(names.filter((name) => !name.startsWith('is_') || (name !== 'is_active' && values[name] === true)));
}

/** Whether a change puts all that somebody holds into other hands: lets them back in, or changes where their mail goes. */
function givesAll({ principal, before, values }: Change, changed: ReadonlySet<string>): boolean {
  if (before === null) return false;
  const byThemself = principal.person?.id === before.id && principal.scopes === null;
  const comesBack = changed.has('is_active') && values.is_active === true;
  return comesBack || (!byThemself && (changed.has('username') || changed.has('email')));
}

/** The groups whose rights a change gives to somebody, or puts into other hands. */
function groupsGiven(change: Change, changed: ReadonlySet<string>): number[] {
  const after = (change.row.groups ?? []) as number[];
  const had = (change.before?.groups ?? []) as number[];
  return givesAll(change, changed) ? [...new Set([...after, ...had])] : after.filter((group) => !had.includes(group));
}

function refuseUnlessSuperuser(change: Change, message: string): void {
  if (actsAsSuperuser(change)) return;
  if (change.principal.person?.isSuperuser) throw new Forbidden('scope', ['a:superuser']);
  throw new Forbidden('role', [], message);
}
