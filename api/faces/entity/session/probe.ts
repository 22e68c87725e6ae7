import Type from 'typebox';
import { scopesFor } from '../../../../shared/access/scopes.ts';
import { type Endpoint, endpoint } from '../../../me/endpoint.ts';
import { base } from '../operations/at.ts';

/** `GET /api/v1/`: the cheapest way to learn whether credentials are good. */
export const probe: Endpoint = endpoint({
  method: 'get',
  path: `${base}/`,
  operation: { who: 'signed-in', scopes: scopesFor('admin', 'view') },
  operationId: 'v1_probe',
  tag: 'entity',
  summary: 'Whether your credentials work',
  responses: { 200: { description: 'They do.', schema: Type.String() } },
  handler: () => ({ body: 'Quartermaster' }),
});
