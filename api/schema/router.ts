import { Router } from '@koa/router';
import type { Services } from '../../shared/services.ts';
import type { Spelled } from '../faces/rest/spelling.ts';
import { mountEndpoints } from '../me/endpoint.ts';
import { describeApi } from './describe-api.ts';
import { referenceRouter } from './reference/reference-router.ts';

/** Routes of the OpenAPI document and its pages. */
export function schemaRouter(services: Services, spellings: ReadonlyMap<string, Spelled>): Router {
  const router = new Router();
  const { document, endpoint } = describeApi(spellings, services.config);
  mountEndpoints(router, services, [endpoint]);
  router.use(referenceRouter(services, document).routes());
  return router;
}
