import { decide } from '../../shared/access/decide.ts';
import type { Principal } from '../../shared/access/principal.ts';
import type { Resource } from '../resources/declaration.ts';
import type { Wanted } from './operation.ts';
import type { Store } from './store.ts';

/** How far somebody may do something to a resource (view it, unless said): to all of its rows, their own, or none. */
export type Sight = (resource: Resource, wanted?: Wanted) => 'all' | 'own' | 'nothing';

/** What somebody may do here, their scopes counted in. */
export const sightOf =
  (store: Pick<Store, 'operation'>, principal: Principal): Sight =>
  (resource, wanted = 'view') =>
    decide(principal, store.operation(resource, wanted)).allow;

/** Sees nothing beside the list itself. */
export const blind: Sight = () => 'nothing';
