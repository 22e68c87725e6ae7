import type { Knex } from 'knex';
import type { Principal } from '../access/principal.ts';
import { audit } from '../audit.ts';
import { makeApiToken, type NewApiToken, revokeApiToken } from '../identity/api-tokens.ts';

/** A live API token as those are told of it who look after people. */
export interface TokenFacts {
  readonly id: number;
  readonly user_id: number;
  readonly username: string;
  readonly name: string;
  readonly redacted: string;
  readonly scopes: readonly string[] | null;
  readonly created_at: Date;
  readonly last_used_at: Date | null;
  readonly expires_at: Date | null;
  /** Networks (CIDR) that it may be used from; null: any. */
  readonly addresses: readonly string[] | null;
}

/** A page of everybody's live tokens, the newest first, whose name or owner holds every word. */
export async function findTokens(
  db: Knex,
  wish: { search: string; id?: number; userId?: number | undefined; limit: number; offset: number },
): Promise<{ tokens: TokenFacts[]; more: boolean }> {
  const words = wish.search.split(/\s+/).filter(Boolean).slice(0, 10);
  const like = words.map((word) => `%${word.replaceAll(/[\\%_]/g, '\\$&')}%`);
  const tokens = db('api_tokens AS t')
    .join('users AS u', 'u.id', 't.user_id')
    .whereRaw('api_token_lives(t)')
    .orderBy('t.id', 'desc')
    .limit(wish.limit + 1)
    .offset(wish.offset);
  if (wish.id !== undefined) tokens.where('t.id', wish.id);
  if (wish.userId !== undefined) tokens.where('t.user_id', wish.userId);
  for (const word of like) tokens.where((either) => either.whereILike('t.name', word).orWhereILike('u.username', word));
  const columns = [
    'id',
    'user_id',
    'name',
    'redacted',
    'scopes',
    'created_at',
    'last_used_at',
    'expires_at',
    'addresses',
  ];
  const rows: TokenFacts[] = await tokens.select(...columns.map((column) => `t.${column}`), 'u.username');
  return { tokens: rows.slice(0, wish.limit), more: rows.length > wish.limit };
}

/** Makes a token for somebody; the answer is the only place where it stands in clear. */
export function makeTokenFor(knex: Knex, actor: Principal, token: NewApiToken): Promise<string> {
  if (!actor.person?.isSuperuser || actor.standIn) throw new Error('Only superusers make tokens for others');
  return knex.transaction(async (trx) => {
    const { id, clear } = await makeApiToken(trx, token);
    const { name, scopes, expiresAt, userId, addresses = null } = token;
    const facts = { name, user: userId, expires_at: expiresAt, scopes, addresses };
    const changes = Object.fromEntries(Object.entries(facts).map(([field, value]) => [field, { new: value }]));
    await audit(trx, actor, { action: 'create', resource: 'token', objectId: id, changes });
    return clear;
  });
}

/** Ends anybody's token. One that has ended already stays so. */
export function revokeToken(knex: Knex, actor: Principal, id: number): Promise<void> {
  if (!actor.person?.isSuperuser || actor.standIn) throw new Error('Only superusers revoke tokens of others');
  return knex.transaction(async (trx) => {
    if (!(await revokeApiToken(trx, { id }))) return;
    await audit(trx, actor, { action: 'revoke', resource: 'token', objectId: id });
  });
}
