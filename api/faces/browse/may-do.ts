import { decide } from '../../../shared/access/decide.ts';
import type { Principal } from '../../../shared/access/principal.ts';
import type { Permission } from '../../../shared/access/roles.ts';
import type { Resource } from '../../resources/declaration.ts';
import type { Wanted } from '../../store/operation.ts';
import type { Store } from '../../store/store.ts';
import { offeredAt, type Spelled } from '../rest/spelling.ts';

/** Whether to offer something on a page. Only a hint: the store decides again when it is done. */
export function mayDo(
  store: Store,
  principal: Principal,
  { resource, spelling }: Spelled,
  owned = false,
): (permission: Permission) => boolean {
  const offered = offeredAt(spelling);
  const may = mayAct(store, principal, resource, owned);
  return (permission) => offered.includes(permission) && may(permission);
}

/** The same for actions, which there are also where rows can't be written. */
export function mayAct(
  store: Store,
  principal: Principal,
  resource: Resource,
  owned = false,
): (wanted: Wanted) => boolean {
  return (wanted) => {
    const { allow } = decide(principal, store.operation(resource, wanted));
    return allow === 'all' || (allow === 'own' && (owned || wanted === 'add'));
  };
}
