import { decide } from '../../../shared/access/decide.ts';
import type { Principal } from '../../../shared/access/principal.ts';
import type { Permission } from '../../../shared/access/roles.ts';
import type { Store } from '../../store/store.ts';
import { offeredAt, type Spelled } from '../rest/spelling.ts';

/** Whether to offer something on a page. Only a hint: the store decides again when it is done. */
export function mayDo(
  store: Store,
  principal: Principal,
  { resource, spelling }: Spelled,
  owned = false,
): (permission: Permission) => boolean {
  const operations = store.operations(resource);
  const offered = offeredAt(spelling);
  return (permission) => {
    if (!offered.includes(permission)) return false;
    const { allow } = decide(principal, operations[permission]);
    return allow === 'all' || (allow === 'own' && (owned || permission === 'add'));
  };
}
