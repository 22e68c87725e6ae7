import type { Resource } from '../resources/declaration.ts';
import type { Projection } from './projection.ts';

const projections = new WeakMap<Resource, Projection>();

/** The least that can be read of a row: that it is there. */
export function idOnly(resource: Resource): Projection {
  let projection = projections.get(resource);
  if (!projection) {
    projection = { resource, name: 'id', columns: [{ key: 'id', sql: (statement) => statement.path('id') }] };
    projections.set(resource, projection);
  }
  return projection;
}
