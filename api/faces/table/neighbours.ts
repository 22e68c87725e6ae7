import { Router } from '@koa/router';
import type { Services } from '../../../shared/services.ts';
import { type Endpoint, mountEndpoints } from '../../me/endpoint.ts';
import { endpointList } from './endpoint-list.ts';
import { globalSearch } from './global-search.ts';
import { me } from './me.ts';

/** What clients of the table face ask beside resources; the OpenAPI document lists it. */
export const tableEndpoints: readonly Endpoint[] = [me, endpointList, globalSearch];

/** Routes of {@link tableEndpoints}. */
export function tableNeighbours(services: Services): Router {
  const router = new Router();
  mountEndpoints(router, services, tableEndpoints);
  return router;
}
