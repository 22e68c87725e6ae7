import { Router } from '@koa/router';
import type { Services } from '../../shared/services.ts';
import { mountEndpoints } from '../me/endpoint.ts';
import type { DescribedApi } from './describe-api.ts';
import { referenceRouter } from './reference/reference-router.ts';

/** Routes of the OpenAPI document and its pages. */
export function schemaRouter(services: Services, { document, endpoint }: DescribedApi): Router {
  const router = new Router();
  mountEndpoints(router, services, [endpoint]);
  router.use(referenceRouter(services, document).routes());
  return router;
}
