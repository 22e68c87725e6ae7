import { Router } from '@koa/router';
import type { Services } from '../../shared/services.ts';
import type { Spelled } from '../faces/rest/spelling.ts';
import { mountEndpoints } from '../me/endpoint.ts';
import { describeApi } from './describe-api.ts';

/** Routes of the OpenAPI document. */
export function schemaRouter(services: Services, spellings: ReadonlyMap<string, Spelled>): Router {
  const router = new Router();
  const { endpoint } = describeApi(spellings, services.config);
  mountEndpoints(router, services, [endpoint]);
  return router;
}
