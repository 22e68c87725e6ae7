import type { Knex } from 'knex';
import type { Pool } from 'pg';
import { loadPerson } from '../access/load-person.ts';
import { anonymous, type Person, type Proof } from '../access/principal.ts';
import { verifyPassword } from './passwords.ts';
import { needsSecondFactor } from './second-factors.ts';
import { countSuccess, countTry } from './sign-in-limits.ts';
import { recordRefusal, recordSignIn, type SignInRequest } from './sign-in-record.ts';

/** Where accounts are, and where tries are counted. */
export interface PasswordServices {
  readonly knex: Knex;
  readonly pool: Pool;
}

export interface PasswordTry {
  readonly username: string;
  readonly password: string;
  /** Address that the request came from; null when unknown. */
  readonly address: string | null;
  /** What the password opens: a browser session (the default) or one request. */
  readonly proof?: Extract<Proof, 'session' | 'basic'>;
  /** What brought it, for the record. */
  readonly request?: SignInRequest;
  /** Name of the browser, where the account's person signed in before in it; null elsewhere. */
  readonly knownBrowser?: (account: Account) => string | null;
}

/**
 * «credentials» never says which part was wrong; «limited» comes with the seconds until another try. «second factor»: the
 * password is right, and not enough for what it was to open.
 */
export type SignInAnswer =
  | {
      readonly person: Person;
      readonly refused?: undefined;
      readonly needsSecondFactor: boolean;
      /** Since when the password is what it is; for {@link holdsStill}. */
      readonly passwordSince: Date | null;
    }
  | { readonly refused: 'second factor'; readonly person?: undefined }
  | { readonly refused: 'credentials'; readonly person?: undefined }
  | { readonly refused: 'limited'; readonly retryAfterSeconds: number; readonly person?: undefined };

interface Account {
  id: number;
  password: string | null;
}

interface Stored extends Account {
  password_changed_at: Date | null;
}

/**
 * Signs a person in with their password. The try is counted before the password is checked, unknown and inactive
 * accounts take as long as others, and an outdated hash is replaced. A browser goes on from there: it may need a second
 * factor, and `recordSignIn` when all is proved. A single request can't give one, so a password alone opens none for
 * whoever needs one. Throws `Busy` when too many wait to be checked.
 */
export async function signInWithPassword(
  { knex, pool }: PasswordServices,
  { username, password, address, proof = 'session', request, knownBrowser }: PasswordTry,
): Promise<SignInAnswer> {
  const account = await accountOf(knex, username);
  const browser = (account && knownBrowser?.(account)) ?? null;
  const counted = { account: account?.id ?? username, address, browser };
  const retryAfterSeconds = await countTry(pool, counted);
  if (retryAfterSeconds !== null) return { refused: 'limited', retryAfterSeconds };

  const { ok, rehash } = await verifyPassword(account?.password ?? null, password);
  const person = ok && account ? await loadPerson(knex, { id: account.id }) : null;
  if (!account || !person?.isActive) {
    // What was typed as the username is not kept: people type passwords there.
    await recordRefusal(knex, anonymous(address), account?.id ?? null, request);
    return { refused: 'credentials' };
  }
  await countSuccess(pool, counted);
  // Unless the password was changed meanwhile.
  if (rehash) await knex('users').where({ id: account.id, password: account.password }).update({ password: rehash });
  const needed = await needsSecondFactor(knex, account.id);
  const passwordSince = account.password_changed_at;
  if (proof === 'session') return { person, needsSecondFactor: needed, passwordSince };
  const principal = { ...anonymous(address), person, proof };
  if (needed) {
    await recordRefusal(knex, principal, account.id, request, { needed: { new: 'second factor' } });
    return { refused: 'second factor' };
  }
  await knex.transaction((trx) => recordSignIn(trx, principal, ['pwd'], request));
  return { person, needsSecondFactor: false, passwordSince };
}

/**
 * Whether what a password opened may be kept: checking it takes a while, in which it can be changed or its person be
 * disabled. Neither happens from now on until the transaction ends.
 */
export async function holdsStill(
  trx: Knex,
  { person, passwordSince }: { person: Person; passwordSince: Date | null },
): Promise<boolean> {
  const row = await trx('users')
    .where({ id: person.id, is_active: true })
    .forNoKeyUpdate()
    .first<Pick<Stored, 'password_changed_at'> | undefined>('password_changed_at');
  return row !== undefined && row.password_changed_at?.getTime() === passwordSince?.getTime();
}

/** Only people sign in: service users have no password to be guessed. PostgreSQL's text cannot hold NUL. */
async function accountOf(knex: Knex, username: string): Promise<Stored | undefined> {
  if (username.includes('\0')) return undefined;
  return knex('users')
    .where({ is_active: true, is_service: false })
    .whereRaw('lower(username) = lower(?)', [username])
    .first<Stored>('id', 'password', 'password_changed_at');
}
