import type { Endpoint } from '../me/endpoint.ts';
import { auditEndpoints } from './audit.ts';
import { keyEndpoints } from './keys.ts';
import { mfaPolicyEndpoints } from './mfa-policy.ts';
import { peopleEndpoints } from './people.ts';
import { serviceUserEndpoints } from './service-users.ts';

/** What superusers look after beside people, groups and rulesets, which are resources. */
export const administrationEndpoints: readonly Endpoint[] = [
  ...auditEndpoints,
  ...peopleEndpoints,
  ...serviceUserEndpoints,
  ...keyEndpoints,
  ...mfaPolicyEndpoints,
];
