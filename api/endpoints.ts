import { administrationEndpoints } from './administration/endpoints.ts';
import { applicationEndpoints } from './applications/endpoints.ts';
import { importEndpoints } from './import/get-or-create.ts';
import { inventreeEndpoints } from './inventree/index.ts';
import { jobEndpoints } from './jobs/endpoints.ts';
import { liveEndpoints } from './live/endpoints.ts';
import type { Endpoint } from './me/endpoint.ts';
import { reportEndpoints } from './reports/endpoints.ts';

/** What scripts, agents and schedulers call beside the resources; the OpenAPI document lists it. */
export const otherEndpoints: readonly Endpoint[] = [
  ...applicationEndpoints,
  ...liveEndpoints,
  ...importEndpoints,
  ...jobEndpoints,
  ...reportEndpoints,
  ...inventreeEndpoints,
  ...administrationEndpoints,
];
