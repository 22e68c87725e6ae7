import type { Knex } from 'knex';
import { type Actor, audit } from '../audit.ts';
import { endSessionsOf } from '../identity/sessions.ts';

/** A browser session as those are told of it who look after people. */
export interface SessionFacts {
  readonly id: number;
  readonly user_id: number;
  readonly username: string;
  readonly created_at: Date;
  readonly last_seen_at: Date;
  readonly expires_at: Date;
  readonly address: string | null;
  readonly user_agent: string | null;
  /** How they proved who they are (RFC 8176). */
  readonly amr: readonly string[];
}

/** Live sessions, the last used first: of one person, or of everybody. */
export function listSessions(
  db: Knex,
  { userId, limit, offset = 0 }: { userId?: number | undefined; limit: number; offset?: number },
): Promise<SessionFacts[]> {
  const sessions = db('sessions AS s')
    .join('users AS u', 'u.id', 's.user_id')
    .where('s.expires_at', '>', db.fn.now())
    .orderBy([
      { column: 's.last_seen_at', order: 'desc' },
      { column: 's.id', order: 'desc' },
    ])
    .limit(limit)
    .offset(offset);
  if (userId !== undefined) sessions.where('s.user_id', userId);
  const columns = ['id', 'user_id', 'created_at', 'last_seen_at', 'expires_at', 'user_agent', 'amr'];
  return sessions.select(...columns.map((column) => `s.${column}`), 'u.username', db.raw('host(s.address) AS address'));
}

/** Ends one session, whoever's it is. @returns false when there is none */
export function endOneSession(knex: Knex, actor: Actor, id: number): Promise<boolean> {
  return knex.transaction(async (trx) => {
    const [ended] = await trx('sessions').where({ id }).delete().returning('user_id');
    if (!ended) return false;
    const changes = { session: { old: id } };
    await audit(trx, actor, { action: 'end_session', resource: 'user', objectId: ended.user_id, changes });
    return true;
  });
}

/** Signs somebody out of every browser and disconnects every application. Their API tokens stay. */
export function signOutEverywhere(knex: Knex, actor: Actor, userId: number): Promise<void> {
  return knex.transaction(async (trx) => {
    const ended = await endSessionsOf(trx, userId);
    await trx.raw('SELECT end_everything_of(?)', [userId]);
    const changes = { sessions: { old: ended, new: 0 } };
    await audit(trx, actor, { action: 'end_sessions', resource: 'user', objectId: userId, changes });
  });
}
