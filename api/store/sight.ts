import { decide } from '../../shared/access/decide.ts';
import type { Principal } from '../../shared/access/principal.ts';
import type { Resource } from '../resources/declaration.ts';
import { type AnonymousRead, operationsOf } from './operation.ts';

/** How far somebody sees into a resource: all of its rows, their own, or none. */
export type Sight = (resource: Resource) => 'all' | 'own' | 'nothing';

/** What somebody may view, their scopes counted in. */
export const sightOf =
  (principal: Principal, anonymousRead: AnonymousRead): Sight =>
  (resource) =>
    decide(principal, operationsOf(resource, anonymousRead).view).allow;

/** Sees nothing beside the list itself. */
export const blind: Sight = () => 'nothing';
