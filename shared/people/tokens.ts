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

/** Whoever is let through here by mistake is stopped. */
function refuseOthers({ person, standIn }: Principal): void {
  if (!person?.isSuperuser || standIn) throw new Error('Only superusers look after tokens of others');
}

/** Ends every API token of somebody, and whatever applications hold in their name. Their browsers stay signed in. */
export async function revokeTokensOf(trx: Knex, actor: Principal, userId: number): Promise<void> {
  refuseOthers(actor);
  const ended: { id: number }[] = await trx('api_tokens')
    .where({ user_id: userId, revoked_at: null })
    .update({ revoked_at: trx.fn.now() })
    .returning('id');
  await trx.raw('SELECT end_everything_of(?)', [userId]);
  const changes = { tokens: { old: ended.map(({ id }) => id), new: [] } };
  await audit(trx, actor, { action: 'revoke_tokens', resource: 'user', objectId: userId, changes });
}

/** Makes a token for somebody; the answer is the only place where it stands in clear. */
export function makeTokenFor(knex: Knex, actor: Principal, token: NewApiToken): Promise<string> {
  refuseOthers(actor);
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
  refuseOthers(actor);
  return knex.transaction(async (trx) => {
    if (!(await revokeApiToken(trx, { id }))) return;
    await audit(trx, actor, { action: 'revoke', resource: 'token', objectId: id });
  });
}
