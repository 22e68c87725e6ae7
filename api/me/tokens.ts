import type { Knex } from 'knex';
import Type from 'typebox';
import type { Principal } from '../../shared/access/principal.ts';
import { scopesFor } from '../../shared/access/scopes.ts';
import type { Services } from '../../shared/services.ts';
import { Forbidden, Invalid, NotFound } from '../store/refusals.ts';
import { endpoint, signedIn } from './endpoint.ts';
import { readExpiry } from './expiry.ts';
import { addressList, mint, readAddresses, readScopes, revoke } from './mint.ts';
import { cleanName } from './named-token.ts';
import { printTokens, tokenSchema, tokensWithPeople } from './token-list.ts';

const read = { who: 'signed-in', scopes: scopesFor('admin', 'view') } as const;
// No scope lets these through: a token with less power than its person must not breed one with more.
const write = { who: 'signed-in', scopes: [] } as const;
const orderings = { created: 'created_at', expiry: 'expires_at', last_seen: 'last_used_at', name: 'name', id: 'id' };

const listQuery = Type.Object({
  all_users: Type.Optional(Type.Boolean({ description: "Everybody's; only superusers get them." })),
  user: Type.Optional(Type.Integer({ minimum: 1, maximum: 2_147_483_647 })),
  revoked: Type.Optional(Type.Boolean()),
  search: Type.Optional(Type.String({ description: 'Words that are all in the name or the username.' })),
  ordering: Type.Optional(Type.String({ description: `One of ${Object.keys(orderings).join(', ')}; \`-\` reverses.` })),
  limit: Type.Optional(Type.Integer({ minimum: 0, maximum: 1000 })),
  offset: Type.Optional(Type.Integer({ minimum: 0, maximum: 2_147_483_647 })),
});
type ListQuery = Type.Static<typeof listQuery>;

export const listTokens = endpoint({
  method: 'get',
  path: '/api/user/tokens/',
  operation: read,
  operationId: 'user_tokens_list',
  tag: 'tokens',
  summary: 'Your API tokens',
  description: 'Without `limit` the answer is the bare list; with it, a page.',
  query: listQuery,
  responses: { 200: { description: 'Tokens, newest first', schema: Type.Array(tokenSchema) } },
  handler: async ({ ctx, services, principal, query }) => {
    const { limit, offset = 0 } = query;
    const tokens = narrowed(services.knex, principal, query);
    const page = tokens.clone();
    if (limit) page.limit(limit);
    if (offset) page.offset(offset);
    const results = await printTokens(ordered(page, query.ordering), principal.tokenId);
    if (!limit) return { body: results };
    const [{ count } = { count: 0 }] = await tokens.count({ count: '*' });
    const at = (start: number) => pageUrl(services, ctx.querystring, limit, start);
    return {
      body: {
        count: Number(count),
        next: offset + limit < Number(count) ? at(offset + limit) : null,
        previous: offset > 0 ? at(Math.max(0, offset - limit)) : null,
        results,
      },
    };
  },
});

export const readToken = endpoint({
  method: 'get',
  path: '/api/user/tokens/{id}/',
  operation: read,
  operationId: 'user_tokens_retrieve',
  tag: 'tokens',
  summary: 'One of your API tokens',
  responses: { 200: { description: 'The token', schema: tokenSchema } },
  handler: async ({ services, principal, id }) => {
    const everybody = { all_users: true };
    const found = narrowed(services.knex, principal, everybody).where('t.id', id);
    const [token] = await printTokens(found, principal.tokenId);
    if (!token) throw new NotFound('Not found.');
    return { body: token };
  },
});

export const createToken = endpoint({
  method: 'post',
  path: '/api/user/tokens/',
  operation: write,
  sensitive: true,
  operationId: 'user_tokens_create',
  tag: 'tokens',
  summary: 'Make an API token',
  description:
    'The answer is the only place where the token stands in clear. A token makes none that outlives it, and none at all when it is bound by scopes, to addresses, or ends when it rests.',
  body: Type.Object({
    name: Type.Optional(Type.String({ maxLength: 255 })),
    expiry: Type.Optional(
      Type.Union([Type.String(), Type.Null()], {
        description: 'Last day it is good for; a year when absent. No later than that of the token that asks.',
      }),
    ),
    user: Type.Optional(Type.Integer({ description: 'Whose it shall be; only superusers choose another person.' })),
    scopes: Type.Optional(
      Type.Union([Type.Array(Type.String()), Type.Null()], { description: 'Scopes to bind it by; none when absent.' }),
    ),
    addresses: Type.Optional(addressList),
  }),
  responses: { 201: { description: 'The token, once in clear', schema: tokenSchema } },
  handler: async ({ services, principal, body }) => {
    const expiresAt = body.expiry ? readExpiry('expiry', body.expiry) : undefined;
    const userId = await ownerOf(services, principal, body.user);
    const scopes = readScopes('scopes', body.scopes);
    const addresses = readAddresses(body.addresses);
    const name = cleanName(body.name ?? '');
    const token = { userId, name, spelling: 'inventree', scopes, addresses, ...(expiresAt && { expiresAt }) } as const;
    const { id, clear } = await mint(services, principal, token);
    const [made] = await printTokens(tokensWithPeople(services.knex).where('t.id', id), principal.tokenId);
    return { status: 201, body: { ...made, token: clear }, headers: { 'Cache-Control': 'no-store' } };
  },
});

export const deleteToken = endpoint({
  method: 'delete',
  path: '/api/user/tokens/{id}/',
  operation: write,
  operationId: 'user_tokens_destroy',
  tag: 'tokens',
  summary: 'Revoke an API token',
  description: 'It stops working at once, in every process; its row stays, marked as revoked.',
  responses: { 204: { description: 'Revoked' } },
  handler: async ({ services, principal, id }) => {
    await revoke(services, principal, id);
    return { status: 204 };
  },
});

/** Own tokens; a superuser may ask for everybody's. */
function narrowed(db: Knex, principal: Principal, query: ListQuery): Knex.QueryBuilder {
  const me = signedIn(principal);
  const tokens = tokensWithPeople(db);
  if (!(me.isSuperuser && (query.all_users || query.user !== undefined))) tokens.where('t.user_id', me.id);
  if (query.user !== undefined) tokens.where('t.user_id', query.user);
  if (query.revoked === true) tokens.whereNotNull('t.revoked_at');
  if (query.revoked === false) tokens.whereNull('t.revoked_at');
  for (const word of query.search?.split(/\s+/).filter(Boolean).slice(0, 20) ?? []) {
    const like = `%${word.replaceAll(/[\\%_]/g, '\\$&')}%`;
    tokens.where((either) => either.whereILike('t.name', like).orWhereILike('u.username', like));
  }
  return tokens;
}

function ordered(tokens: Knex.QueryBuilder, ordering: string | undefined): Knex.QueryBuilder {
  const name = ordering?.replace(/^-/, '') ?? '';
  if (Object.hasOwn(orderings, name)) {
    tokens.orderBy(`t.${orderings[name as keyof typeof orderings]}`, ordering?.startsWith('-') ? 'desc' : 'asc');
  }
  return tokens.orderBy('t.id', 'desc');
}

function pageUrl({ config }: Services, querystring: string, limit: number, offset: number): string {
  const query = new URLSearchParams(querystring);
  query.set('limit', String(limit));
  query.set('offset', String(offset));
  return `${config.publicUrl}/api/user/tokens/?${query}`;
}

async function ownerOf({ knex }: Services, principal: Principal, asked: number | undefined): Promise<number> {
  const me = signedIn(principal);
  if (asked === undefined || asked === me.id) return me.id;
  if (!me.isSuperuser) throw new Forbidden('role', [], 'Only superusers make tokens for other people.');
  const found = Math.abs(asked) < 2 ** 31 && (await knex('users').where({ id: asked, is_active: true }).first('id'));
  if (!found) throw new Invalid({ user: ['There is no such person, or they are not active.'] });
  return asked;
}
