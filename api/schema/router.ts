import { Router } from '@koa/router';
import type { Services } from '../../shared/services.ts';
import { mountEndpoints } from '../me/endpoint.ts';
import type { DescribedApi } from './describe-api.ts';
import { referenceRouter } from './reference/reference-router.ts';

/** Routes of the OpenAPI document and its pages. */
export function schemaRouter(services: Services, described: DescribedApi): Router {
  const router = new Router();
  mountEndpoints(router, services, [described.endpoint]);
  router.use(referenceRouter(services, described).routes());
  return router;
}
