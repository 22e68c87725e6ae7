import Type from 'typebox';
import { listSigningKeys } from '../../shared/signing-keys/read.ts';
import { replaceSigningKeys, rotateSigningKeys } from '../../shared/signing-keys/rotate.ts';
import { endpoint } from '../me/endpoint.ts';
import { Conflict } from '../store/refusals.ts';
import { superusers } from '../store/superusers.ts';

const moment = Type.String({ format: 'date-time' });
const key = Type.Object({
  kid: Type.String(),
  alg: Type.String(),
  state: Type.String({ description: '`current` signs, `next` will, `previous` did and is still published.' }),
  created_at: moment,
  state_since: moment,
});

const list = endpoint({
  method: 'get',
  path: '/api/admin/key/',
  operation: superusers,
  operationId: 'admin_key_list',
  tag: 'administration',
  summary: 'The keys that sign tokens',
  description: 'What is public of them; the private halves never leave the provider.',
  responses: { 200: { description: 'Those in use first', schema: Type.Array(key) } },
  handler: async ({ services }) => ({ body: await listSigningKeys(services.knex) }),
});

const rotate = endpoint({
  method: 'post',
  path: '/api/admin/key/rotate/',
  operation: superusers,
  operationId: 'admin_key_rotate',
  tag: 'administration',
  summary: 'Let the next keys sign',
  description: 'Tokens signed before go on being valid, unless the keys have leaked: then everything they signed ends.',
  body: Type.Object({
    leaked: Type.Optional(Type.Boolean({ description: 'Throw all keys away; every access token ends at once.' })),
  }),
  mayFail: ['conflict'],
  responses: {
    200: { description: 'The keys that sign from now on', schema: Type.Object({ signing: Type.Array(Type.String()) }) },
  },
  async handler({ services, principal, body }) {
    if (body.leaked) return { body: { signing: await replaceSigningKeys(services, principal) } };
    const rotation = await rotateSigningKeys(services, principal);
    if ('signing' in rotation) return { body: { signing: rotation.signing } };
    throw new Conflict(`Caches may be without the next keys. Rotate again after ${rotation.notBefore.toISOString()}.`);
  },
});

export const keyEndpoints = [list, rotate];
