import type { Knex } from 'knex';
import { loadPerson } from '../../shared/access/load-person.ts';
import type { Person } from '../../shared/access/principal.ts';
import { randomSecret, sha256 } from '../../shared/identity/secrets.ts';
import type { BrowserContext } from './state.ts';

/*
 * Who gave their password and has to prove more is not signed in yet: their browser has no session, only the word that
 * the password was right. So there is nothing that a page could forget to ask for.
 */

const cookie = 'qm_sign_in';
const flags = { httpOnly: true, sameSite: 'lax', path: '/accounts/login/', signed: false, overwrite: true } as const;

/** A sign-in that waits for a second factor. */
export interface PendingSignIn {
  readonly person: Person;
  /** What was proved so far (RFC 8176). */
  readonly amr: readonly string[];
  /** SHA-256 of the cookie's value. */
  readonly idHash: Buffer;
}

/** Keeps what was proved so far; the browser has a quarter of an hour for the rest. */
export async function beginPending(
  ctx: BrowserContext,
  db: Knex,
  { personId, amr }: { personId: number; amr: readonly string[] },
): Promise<void> {
  const value = randomSecret();
  await db('sign_ins').insert({ id_hash: sha256(value), user_id: personId, amr: [...amr] });
  ctx.cookies.set(cookie, value, flags);
}

/** The unfinished sign-in of this browser; null when there is none, it took too long, or its person was disabled. */
export async function findPending(ctx: BrowserContext, db: Knex): Promise<PendingSignIn | null> {
  const value = ctx.cookies.get(cookie, { signed: false });
  if (!value || value.length > 100) return null;
  const idHash = sha256(value);
  const row = await db('sign_ins')
    .where({ id_hash: idHash })
    .where('expires_at', '>', db.fn.now())
    .first<{ user_id: number; amr: string[] } | undefined>('user_id', 'amr');
  const person = row && (await loadPerson(db, { id: row.user_id }));
  return row && person?.isActive ? { person, amr: row.amr, idHash } : null;
}

/** Keeps others from using an unfinished sign-in until the transaction ends. False when it was used already. */
export async function holdPending(trx: Knex, { idHash }: PendingSignIn): Promise<boolean> {
  return Boolean(await trx('sign_ins').where({ id_hash: idHash }).forUpdate().first('user_id'));
}

/** Uses an unfinished sign-in up. False when it was used already, or has ended meanwhile. */
export async function finishPending(ctx: BrowserContext, trx: Knex, { idHash }: PendingSignIn): Promise<boolean> {
  const finished = await trx('sign_ins').where({ id_hash: idHash }).where('expires_at', '>', trx.fn.now()).delete();
  ctx.cookies.set(cookie, null, flags);
  return finished > 0;
}
