import Type from 'typebox';
import { scopesFor } from '../../shared/access/scopes.ts';
import { endpoint, signedIn } from './endpoint.ts';

export const authTest = endpoint({
  method: 'get',
  path: '/api/auth-test',
  operation: { who: 'signed-in', scopes: scopesFor('admin', 'view') },
  operationId: 'auth_test',
  tag: 'me',
  summary: 'Whether your credentials work',
  responses: { 200: { description: 'A sentence that ends in your username', schema: Type.String() } },
  handler: ({ principal }) => ({ body: `You are signed in as ${signedIn(principal).username}` }),
});
