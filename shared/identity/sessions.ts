import type { Knex } from 'knex';
import { plainAddress } from './plain-address.ts';
import { deriveKey, hmac, randomSecret, sameSecret, sha256 } from './secrets.ts';

/** Name of the cookie that a browser session lives in. */
export const sessionCookie = 'qm_session';

/** However much it is used, a session ends after this many days. */
export const sessionDays = 30;

/** A browser session. The cookie's value is not in it: only its SHA-256 is stored. */
export interface Session {
  /** SHA-256 of the cookie's value; the primary key. */
  readonly idHash: Buffer;
  readonly personId: number;
  readonly createdAt: Date;
  /** When the person last proved who they are; `max_age` and `auth_time` of OpenID Connect count from here. */
  readonly authTime: Date;
  /** How they proved it (RFC 8176): `pwd`, … */
  readonly amr: readonly string[];
}

export interface NewSession {
  readonly userId: number;
  /** Hours without use after which it ends. */
  readonly idleHours: number;
  readonly address: string | null;
  readonly userAgent: string | null;
  readonly amr?: readonly string[];
}

/** Starts a session and gives the cookie's value, 256 random bits that exist nowhere else. */
export async function startSession(db: Knex, session: NewSession): Promise<string> {
  const cookieValue = randomSecret();
  await db('sessions').insert({
    id_hash: sha256(cookieValue),
    user_id: session.userId,
    expires_at: db.raw(`now() + least(make_interval(secs => ?), make_interval(days => ?))`, [
      Math.round(session.idleHours * 3600),
      sessionDays,
    ]),
    amr: [...(session.amr ?? ['pwd'])],
    address: plainAddress(session.address),
    user_agent: session.userAgent?.slice(0, 500) ?? null,
  });
  return cookieValue;
}

interface SessionRow {
  user_id: number;
  created_at: Date;
  auth_time: Date;
  amr: string[];
  stale: boolean;
}

/**
 * Looks up the live session of a cookie's value; null when there is none, it has ended, or its person is inactive.
 * Using it puts its idle end off, up to {@link sessionDays} after its start; that is written at most once a minute.
 */
export async function findSession(
  db: Knex,
  cookieValue: string | undefined,
): Promise<{ session: Session; personId: number } | null> {
  if (!cookieValue || cookieValue.length > 100) return null;
  const idHash = sha256(cookieValue);
  const { rows } = await db.raw<{ rows: SessionRow[] }>(
    `SELECT s.user_id, s.created_at, s.auth_time, s.amr, s.last_seen_at < now() - interval '1 minute' AS stale
       FROM sessions s JOIN users u ON u.id = s.user_id
      WHERE s.id_hash = ? AND s.expires_at > now() AND u.is_active`,
    [idHash],
  );
  const row = rows[0];
  if (!row) return null;
  if (row.stale) await putOffIdleEnd(db, idHash);
  const personId = row.user_id;
  return { personId, session: { idHash, personId, createdAt: row.created_at, authTime: row.auth_time, amr: row.amr } };
}

/** The idle time is what lay between last use and end; the same again counts from now. */
async function putOffIdleEnd(db: Knex, idHash: Buffer): Promise<void> {
  await db.raw(
    `UPDATE sessions
        SET expires_at = least(now() + (expires_at - last_seen_at), created_at + make_interval(days => ?)),
            last_seen_at = now()
      WHERE id_hash = ? AND last_seen_at < now() - interval '1 minute'`,
    [sessionDays, idHash],
  );
}

/** Ends one session; every process hears of it at commit. */
export async function endSession(db: Knex, idHash: Buffer): Promise<void> {
  await db('sessions').where({ id_hash: idHash }).delete();
}

/** Ends all sessions of a person, or all but one; answers how many. */
export async function endSessionsOf(db: Knex, userId: number, { except }: { except?: Buffer } = {}): Promise<number> {
  const ended = db('sessions').where({ user_id: userId });
  if (except) ended.whereNot({ id_hash: except });
  return ended.delete();
}

/** Deletes sessions whose time is over; for the sweeper. */
export async function sweepSessions(db: Knex): Promise<number> {
  return db('sessions').where('expires_at', '<', db.fn.now()).delete();
}

/** The token that forms of this browser carry: a MAC of the cookie's value, so that nothing needs storing. */
export function csrfToken(secretKey: string, cookieValue: string): string {
  return hmac(csrfKey(secretKey), cookieValue).toString('base64url');
}

/** Whether a form's token belongs to this browser's cookie. */
export function sameCsrf(secretKey: string, cookieValue: string, presented: unknown): boolean {
  if (typeof presented !== 'string') return false;
  return sameSecret(hmac(csrfKey(secretKey), cookieValue), Buffer.from(presented, 'base64url'));
}

const keys = new Map<string, Buffer>();
function csrfKey(secretKey: string): Buffer {
  let key = keys.get(secretKey);
  if (!key) {
    key = deriveKey(secretKey, 'csrf');
    keys.set(secretKey, key);
  }
  return key;
}
