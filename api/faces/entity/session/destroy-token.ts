import Type from 'typebox';
import { findApiToken } from '../../../../shared/identity/api-tokens.ts';
import { type Endpoint, endpoint, signedIn } from '../../../me/endpoint.ts';
import { revoke } from '../../../me/mint.ts';
import { base } from '../operations/at.ts';
import { yes } from '../operations/document.ts';

/** Signs a client out: ends the token that it names, if it is the caller's own. */
export const destroyAuthToken: Endpoint = endpoint({
  method: 'post',
  path: `${base}/App/action/destroyAuthToken`,
  operation: { who: 'signed-in', scopes: [] },
  operationId: 'v1_App_destroyAuthToken',
  tag: 'entity',
  summary: 'End a token',
  description: 'True when it is one of yours and lived; false for any other.',
  body: Type.Object({
    token: Type.String({ minLength: 1, maxLength: 200, examples: ['4d54e9e13b744d38c9836722456a6f69'] }),
  }),
  responses: yes,
  handler: async ({ services, principal, body }) => {
    const token = await findApiToken(services.knex, body.token);
    if (!token || token.revokedAt || token.userId !== signedIn(principal).id) return { body: false };
    await revoke(services, principal, token.id);
    return { body: true };
  },
});
