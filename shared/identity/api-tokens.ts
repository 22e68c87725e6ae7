import type { Knex } from 'knex';
import type { Spelling } from '../models/api-token.ts';
import { newSecret, redact, spell, takeApart } from './api-token-spelling.ts';
import { plainAddress } from './plain-address.ts';
import { deriveKey, hmac, sha256 } from './secrets.ts';

/** An API token as a request uses it. */
export interface FoundApiToken {
  readonly id: number;
  readonly userId: number;
  /** The scopes that bind it; null when nothing does. */
  readonly scopes: readonly string[] | null;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  /** Hours without use after which it ends; null or 0: none. */
  readonly idleHours: number | null;
  /** Networks (CIDR) that it may be used from; null: any. */
  readonly addresses: readonly string[] | null;
}

export interface NewApiToken {
  readonly userId: number;
  readonly name: string;
  readonly spelling: Spelling;
  /** Null: not bound by scopes. */
  readonly scopes: readonly string[] | null;
  /** Null: never. */
  readonly expiresAt: Date | null;
  /** Hours that were asked for from its beginning; `expiresAt` is what counts. */
  readonly lifetimeHours?: number | null;
  /** Hours without use after which it ends; null, 0 or absent: none. */
  readonly idleHours?: number | null;
  /** Where it was asked for. */
  readonly address?: string | null;
  /** Networks (CIDR) that it may be used from; null or absent: any. */
  readonly addresses?: readonly string[] | null;
}

/** Makes a token. `clear` exists nowhere else: show it once. Writes no audit row; the caller does, in the same transaction. */
export async function makeApiToken(db: Knex, token: NewApiToken): Promise<{ id: number; clear: string }> {
  return insert(db, token, await nextId(db), new Date(), newSecret(token.spelling, new Date()));
}

/**
 * Looks a presented token up by the SHA-256 of its secret, whatever its spelling; null when there is none.
 * Revoked and expired ones are answered too: look at `revokedAt` and `expiresAt`.
 */
export async function findApiToken(db: Knex, presented: string): Promise<FoundApiToken | null> {
  const parts = takeApart(presented);
  if (!parts) return null;
  const row = await db('api_tokens')
    .where({ secret_hash: sha256(parts.secret), ...(parts.id === null ? {} : { id: parts.id }) })
    .first('id', 'user_id', 'scopes', 'expires_at', 'revoked_at', 'idle_hours', 'addresses');
  if (!row) return null;
  return {
    id: row.id,
    userId: row.user_id,
    scopes: row.scopes,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
    idleHours: row.idle_hours,
    addresses: row.addresses,
  };
}

/** How long a token lives that was asked for by name only; days. */
export const namedTokenDays = 365;

/**
 * The token of this name: the same one again while it lives, else a new one in InvenTree's spelling, bound by no scope.
 * Its secret is derived from the row and the installation's key, so it can be told again although it isn't stored.
 * A new one ends after a year, or at `latest` if that is earlier.
 * Call it in a transaction; requests for the same person wait for each other there.
 */
export async function sameTokenAgain(
  trx: Knex,
  { secretKey, userId, name, latest }: { secretKey: string; userId: number; name: string; latest?: Date | null },
): Promise<{ id: number; clear: string; expiresAt: Date; made: boolean }> {
  await trx('users').where({ id: userId }).forNoKeyUpdate().first('id');
  const rows: Array<{ id: number; created_at: Date; expires_at: Date; secret_hash: Buffer }> = await trx('api_tokens')
    .where({ user_id: userId, name, spelling: 'inventree', revoked_at: null, scopes: null })
    .where('expires_at', '>', trx.fn.now())
    .orderBy('id', 'desc')
    .select('id', 'created_at', 'expires_at', 'secret_hash');
  for (const row of rows) {
    // A token made by other means has a random secret, and one made under another key can't be told again.
    const clear = derivedSecret(secretKey, row.id, userId, new Date(row.created_at));
    if (sha256(clear).equals(row.secret_hash))
      return { id: row.id, clear, expiresAt: new Date(row.expires_at), made: false };
  }
  const id = await nextId(trx);
  const created = new Date();
  const inAYear = created.getTime() + namedTokenDays * 86_400_000;
  const expiresAt = new Date(Math.min(inAYear, latest?.getTime() ?? inAYear));
  const token: NewApiToken = { userId, name, spelling: 'inventree', scopes: null, expiresAt };
  const { clear } = await insert(trx, token, id, created, derivedSecret(secretKey, id, userId, created));
  return { id, clear, expiresAt, made: true };
}

/** Ends a token for good; its row stays for lists. False when it had ended already or is not this person's. */
export async function revokeApiToken(db: Knex, where: { id: number; userId?: number }): Promise<boolean> {
  const ended = db('api_tokens').where({ id: where.id, revoked_at: null });
  if (where.userId !== undefined) ended.where({ user_id: where.userId });
  return (await ended.update({ revoked_at: db.fn.now() })) > 0;
}

/** Notes that a token was used, and where from, at most once a minute. */
export async function touchApiToken(db: Knex, id: number, address: string | null): Promise<void> {
  await db('api_tokens')
    .where({ id })
    .whereRaw(`(last_used_at IS NULL OR last_used_at < now() - interval '1 minute')`)
    .update({ last_used_at: db.fn.now(), last_used_address: address && plainAddress(address) });
}

/** Notes the use of a token that ends when nobody uses it. False when it has ended so already. */
export async function keepApiTokenAlive(db: Knex, id: number, address: string | null): Promise<boolean> {
  const awake = await db('api_tokens')
    .where({ id })
    .whereRaw(`coalesce(last_used_at, created_at) > now() - idle_hours * interval '1 hour'`)
    .update({ last_used_at: db.fn.now(), last_used_address: address && plainAddress(address) });
  return awake > 0;
}

function derivedSecret(secretKey: string, id: number, userId: number, created: Date): string {
  const key = deriveKey(secretKey, 'api token');
  const random = hmac(key, `${id} ${userId} ${created.getTime()}`).toString('hex').slice(0, 40);
  return newSecret('inventree', created, random);
}

async function nextId(db: Knex): Promise<number> {
  const { rows } = await db.raw<{ rows: [{ id: number }] }>(
    `SELECT nextval(pg_get_serial_sequence('api_tokens', 'id'))::int AS id`,
  );
  return rows[0].id;
}

async function insert(
  db: Knex,
  token: NewApiToken,
  id: number,
  created: Date,
  secret: string,
): Promise<{ id: number; clear: string }> {
  const clear = spell(token.spelling, id, secret);
  await db('api_tokens').insert({
    id,
    user_id: token.userId,
    name: token.name,
    spelling: token.spelling,
    secret_hash: sha256(secret),
    redacted: redact(token.spelling, clear),
    scopes: token.scopes === null ? null : [...token.scopes],
    created_at: created,
    expires_at: token.expiresAt,
    lifetime_hours: token.lifetimeHours ?? null,
    idle_hours: token.idleHours ?? null,
    address: token.address ? plainAddress(token.address) : null,
    addresses: token.addresses ? [...token.addresses] : null,
  });
  return { id, clear };
}
