import Type from 'typebox';
import { endpoint, signedIn } from './endpoint.ts';
import { printDay, readExpiry } from './expiry.ts';
import { addressList, mint, readAddresses, readScopes, revoke } from './mint.ts';

// Qore's spelling of API tokens. A browser session makes them and nothing else does: a leaked token can't breed others.
const session = ['session'] as const;
const operation = { who: 'signed-in', scopes: [] } as const;

const nullableText = Type.Union([Type.String(), Type.Null()]);
export const deviceToken = Type.Object({
  id: Type.Integer(),
  device_name: Type.String(),
  abilities: Type.Array(Type.String(), { description: 'The scopes that bind it; `*` when none do.' }),
  last_used_at: nullableText,
  expiration_date: nullableText,
  created_at: Type.String({ format: 'date-time' }),
});

export const listDeviceTokens = endpoint({
  method: 'get',
  path: '/api/api_tokens',
  operation,
  proofs: session,
  operationId: 'api_tokens_list',
  tag: 'tokens',
  summary: 'Your API tokens, as the token page lists them',
  responses: {
    200: { description: 'Tokens that were not revoked', schema: Type.Object({ data: Type.Array(deviceToken) }) },
  },
  handler: async ({ services, principal }) => {
    const rows: Row[] = await services
      .knex('api_tokens')
      .where({ user_id: signedIn(principal).id, revoked_at: null })
      .orderBy('id', 'desc')
      .select('id', 'name', 'scopes', 'last_used_at', 'expires_at', 'created_at');
    return { body: { data: rows.map(printDeviceToken) } };
  },
});

export const createDeviceToken = endpoint({
  method: 'post',
  path: '/api/api_tokens',
  operation,
  proofs: session,
  sensitive: true,
  operationId: 'api_tokens_create',
  tag: 'tokens',
  summary: 'Make an API token for a device or a script',
  description: 'The answer is the only place where the token stands in clear. Send it as `Authorization: Bearer …`.',
  body: Type.Object({
    device_name: Type.String({ minLength: 1, maxLength: 255 }),
    expiration_date: Type.Optional(
      Type.Union([Type.String(), Type.Null()], {
        description: 'Last day it is good for (UTC), or a moment. Absent: it never expires.',
      }),
    ),
    abilities: Type.Optional(Type.Array(Type.String(), { description: 'Scopes to bind it by; `*` or absent: none.' })),
    addresses: Type.Optional(addressList),
  }),
  responses: {
    201: { description: 'The token, once in clear', schema: Type.Object({ data: deviceToken, token: Type.String() }) },
  },
  handler: async ({ services, principal, body }) => {
    const expiresAt = body.expiration_date ? readExpiry('expiration_date', body.expiration_date) : null;
    const scopes = readScopes('abilities', body.abilities);
    const { id: userId } = signedIn(principal);
    const addresses = readAddresses(body.addresses);
    const token = { userId, name: body.device_name, spelling: 'qore', scopes, expiresAt, addresses } as const;
    const { id, clear } = await mint(services, principal, token);
    const [row] = await services.knex<Row>('api_tokens').where({ id });
    return {
      status: 201,
      body: { data: row && printDeviceToken(row), token: clear },
      headers: { 'Cache-Control': 'no-store' },
    };
  },
});

export const deleteDeviceToken = endpoint({
  method: 'delete',
  path: '/api/api_tokens/{id}',
  operation,
  proofs: session,
  operationId: 'api_tokens_destroy',
  tag: 'tokens',
  summary: 'Revoke an API token',
  responses: { 204: { description: 'Revoked' } },
  handler: async ({ services, principal, id }) => {
    await revoke(services, principal, id);
    return { status: 204 };
  },
});

interface Row {
  id: number;
  name: string;
  scopes: string[] | null;
  last_used_at: Date | null;
  expires_at: Date | null;
  created_at: Date;
}

/** A token as its owner sees it, never in clear. */
export function printDeviceToken(row: Row): object {
  return {
    id: row.id,
    device_name: row.name,
    abilities: row.scopes ?? ['*'],
    last_used_at: row.last_used_at && printMoment(row.last_used_at),
    expiration_date: row.expires_at && printEnd(row.expires_at),
    created_at: printMoment(row.created_at),
  };
}

/** Six digits after the second, as Qore's clients are used to. */
const printMoment = (moment: Date): string => moment.toISOString().replace('Z', '000Z');

const printEnd = (end: Date): string =>
  end.toISOString().endsWith('T23:59:59.999Z') ? printDay(end) : printMoment(end);
