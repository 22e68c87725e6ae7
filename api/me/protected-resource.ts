import Type from 'typebox';
import { resourceScopes } from '../../shared/access/scopes.ts';
import { dpopAlgs } from '../../shared/identity/dpop-proof.ts';
import { resourceMetadataPath } from '../authentication/challenge.ts';
import { endpoint } from './endpoint.ts';

/** What an OAuth client reads to find out whose tokens open the API (RFC 9728 §2). */
export const protectedResource = endpoint({
  method: 'get',
  path: resourceMetadataPath,
  also: ['/.well-known/oauth-protected-resource'],
  operation: { anonymous: true, scopes: [] },
  operationId: 'oauth_protected_resource',
  tag: 'server',
  summary: 'Whose tokens open this API (RFC 9728)',
  responses: {
    200: {
      description: 'Protected resource metadata',
      schema: Type.Object({
        resource: Type.String({ format: 'uri' }),
        authorization_servers: Type.Array(Type.String({ format: 'uri' })),
        scopes_supported: Type.Array(Type.String()),
        bearer_methods_supported: Type.Array(Type.String()),
        dpop_signing_alg_values_supported: Type.Array(Type.String()),
        dpop_bound_access_tokens_required: Type.Boolean(),
        resource_name: Type.String(),
        resource_documentation: Type.String({ format: 'uri' }),
      }),
    },
  },
  handler: ({ services: { config } }) => ({
    body: {
      resource: `${config.publicUrl}/api/`,
      authorization_servers: [`${config.publicUrl}/o`],
      scopes_supported: Object.keys(resourceScopes),
      bearer_methods_supported: ['header'],
      dpop_signing_alg_values_supported: [...dpopAlgs],
      dpop_bound_access_tokens_required: config.requireDpop === 'yes',
      resource_name: config.instanceName,
      resource_documentation: `${config.publicUrl}/api-doc/`,
    },
    headers: { 'Access-Control-Allow-Origin': '*', 'Cache-Control': 'public, max-age=3600' },
  }),
});
