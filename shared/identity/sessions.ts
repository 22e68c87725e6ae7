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
  /** What lists call it; it opens nothing, and stays the same when the cookie's value changes. */
  readonly id: number;
  readonly personId: number;
  readonly createdAt: Date;
  /** When the person last proved who they are; `max_age` and `auth_time` of OpenID Connect count from here. */
  readonly authTime: Date;
  /** How they proved it (RFC 8176): `pwd`, … */
  readonly amr: readonly string[];
  /** The session that the provider keeps of the same browser; null when there is none yet. */
  readonly providerUid: string | null;
}

export interface NewSession {
  readonly userId: number;
  /** Hours without use after which it ends. */
  readonly idleHours: number;
  readonly address: string | null;
  readonly userAgent: string | null;
  readonly amr?: readonly string[];
  /** The session of the same browser that ends with it. What the provider remembers of the browser goes over. */
  readonly replaces?: Buffer;
}

/** Starts a session and gives the cookie's value, 256 random bits that exist nowhere else. */
export async function startSession(db: Knex, session: NewSession): Promise<string> {
  const cookieValue = randomSecret();
  const provider_uid = session.replaces ? await endReplaced(db, session.replaces) : null;
  await db('sessions').insert({
    id_hash: sha256(cookieValue),
    user_id: session.userId,
    expires_at: db.raw(`now() + least(make_interval(secs => ?), make_interval(days => ?))`, [
      Math.round(session.idleHours * 3600),
      sessionDays,
    ]),
    amr: [...(session.amr ?? ['pwd'])],
    provider_uid,
    address: plainAddress(session.address),
    user_agent: session.userAgent?.slice(0, 500) ?? null,
  });
  return cookieValue;
}

/** The superuser who sits at a browser in place of the person whom it stands in for, and until when. */
export interface StandIn {
  readonly id: number;
  readonly username: string;
  readonly until: Date;
}

/** @returns the provider's session that it was tied to, which lives on */
async function endReplaced(db: Knex, idHash: Buffer): Promise<string | null> {
  const before = await db('sessions').where({ id_hash: idHash }).first<{ provider_uid: string | null }>('provider_uid');
  await db('sessions').where({ id_hash: idHash }).update({ provider_uid: null });
  await db('sessions').where({ id_hash: idHash }).delete();
  return before?.provider_uid ?? null;
}

interface SessionRow {
  id: number;
  language: string | null;
  stood_in_for: number | null;
  username: string;
  acting_until: Date;
  user_id: number;
  created_at: Date;
  auth_time: Date;
  amr: string[];
  provider_uid: string | null;
  stale: boolean;
}

/** Kept prepared by each connection: every page and every request of a signed-in browser asks it. */
const byCookie = `SELECT s.id, s.user_id, s.created_at, s.auth_time, s.amr, s.provider_uid, s.last_seen_at < now() - interval '1 minute' AS stale,
          u.username, u.language, s.acting_until, stands_in_for(s) AS stood_in_for
     FROM sessions s JOIN users u ON u.id = s.user_id
    WHERE s.id_hash = ? AND s.expires_at > now() AND u.is_active
      AND ('mfa' = ANY (s.amr) OR NOT needs_second_factor(s.user_id))`;

/**
 * Looks up the live session of a cookie's value; null when there is none, it has ended, its person is inactive,
 * or it was opened with a password alone by somebody who has a second factor, or must have one.
 * Using it puts its idle end off, up to {@link sessionDays} after its start; that is written at most once a minute.
 */
export async function findSession(
  db: Knex,
  cookieValue: string | undefined,
): Promise<{ session: Session; personId: number; standIn: StandIn | null; language: string | null } | null> {
  if (!cookieValue || cookieValue.length > 100) return null;
  const idHash = sha256(cookieValue);
  const { rows } = await db.raw<{ rows: SessionRow[] }>(byCookie, [idHash]).options({ name: 'session_by_cookie' });
  const row = rows[0];
  if (!row) return null;
  if (row.stale) await putOffIdleEnd(db, idHash);
  const { id, user_id: ownerId, created_at: createdAt, auth_time: authTime, amr, stood_in_for: other } = row;
  const standIn = other === null ? null : { id: ownerId, username: row.username, until: row.acting_until };
  const session = { idHash, id, personId: ownerId, createdAt, authTime, amr, providerUid: row.provider_uid };
  return { personId: other ?? ownerId, session, standIn, language: row.language };
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

/**
 * Notes that the person of a session proved anew who they are, by `amr`. The session lives on under another cookie value,
 * so that whoever knew the old one gains nothing by it.
 * @returns the new value; null when the session has ended meanwhile
 */
export async function stepUpSession(db: Knex, idHash: Buffer, amr: readonly string[]): Promise<string | null> {
  const cookieValue = randomSecret();
  const { rowCount } = await db.raw<{ rowCount: number }>(
    `UPDATE sessions
        SET id_hash = ?, auth_time = now(), last_seen_at = now(),
            expires_at = least(now() + (expires_at - last_seen_at), created_at + make_interval(days => ?)),
            amr = amr || ARRAY(SELECT unnest(?::text[]) EXCEPT SELECT unnest(amr))
      WHERE id_hash = ? AND expires_at > now()`,
    [sha256(cookieValue), sessionDays, [...amr], idHash],
  );
  return rowCount > 0 ? cookieValue : null;
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

/** Ends one session by what lists call it. False when this person has no such session. */
export async function endSessionOf(db: Knex, { id, userId }: { id: number; userId: number }): Promise<boolean> {
  return (await db('sessions').where({ id, user_id: userId }).delete()) > 0;
}

/** A session as a list shows it. */
export interface ListedSession {
  readonly id: number;
  readonly createdAt: Date;
  /** To the minute. */
  readonly lastSeenAt: Date;
  /** How its person proved who they are (RFC 8176). */
  readonly amr: readonly string[];
  readonly address: string | null;
  readonly userAgent: string | null;
}

/** The live sessions of a person, the one used last first. */
export async function sessionsOf(db: Knex, userId: number): Promise<ListedSession[]> {
  return db('sessions')
    .where({ user_id: userId })
    .where('expires_at', '>', db.fn.now())
    .orderBy('last_seen_at', 'desc')
    .select<ListedSession[]>(
      'id',
      'amr',
      'created_at as createdAt',
      'last_seen_at as lastSeenAt',
      db.raw('host(address) AS address'),
      'user_agent as userAgent',
    );
}

/** Deletes sessions, unfinished sign-ins and links of letters whose time is over; for the sweeper. */
export async function sweepSessions(db: Knex): Promise<number> {
  let swept = 0;
  for (const table of ['sessions', 'sign_ins', 'answered_challenges', 'mail_links']) {
    swept += await db(table).where('expires_at', '<', db.fn.now()).delete();
  }
  // Who comes back to a place after longer than that is told of it again.
  swept += await db('sign_in_places').whereRaw(`last_seen_at < now() - interval '400 days'`).delete();
  return swept;
}

/**
 * What the forms of a session are tied to: its cookie, and whom it stands in for. So a form that was opened in somebody
 * else's place is not sent in one's own name once that is over.
 */
export const formSecretOf = (cookieValue: string, standsInFor: number | null): string =>
  standsInFor === null ? cookieValue : `${cookieValue} ${standsInFor}`;

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
