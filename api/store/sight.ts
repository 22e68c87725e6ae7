import { decide } from '../../shared/access/decide.ts';
import type { Principal } from '../../shared/access/principal.ts';
import type { Permission } from '../../shared/access/roles.ts';
import type { Resource } from '../resources/declaration.ts';
import type { Store } from './store.ts';

/** How far somebody may do something to a resource (view it, unless said): to all of its rows, their own, or none. */
export type Sight = (resource: Resource, permission?: Permission) => 'all' | 'own' | 'nothing';

/** What somebody may do here, their scopes counted in. */
export const sightOf =
  (store: Pick<Store, 'operations'>, principal: Principal): Sight =>
  (resource, permission = 'view') =>
    decide(principal, store.operations(resource)[permission]).allow;

/** Sees nothing beside the list itself. */
export const blind: Sight = () => 'nothing';
