import type { Knex } from 'knex';
import { deriveKey, hmac, randomSecret, sameSecret, sha256 } from '../../shared/identity/secrets.ts';
import type { BrowserContext } from './state.ts';

/*
 * A browser in which somebody signed in before has tries of its own, so that strangers who guess at an account lock out
 * strangers and not its person (OWASP's «device cookies»). What a browser shows is signed for one account and its password
 * of now: nobody mints it without signing in, and it ends with the password. It opens nothing.
 */

const cookie = 'qm_known';
const flags = {
  httpOnly: true,
  sameSite: 'lax',
  path: '/accounts/',
  signed: false,
  overwrite: true,
  maxAge: 400 * 86_400_000, // The longest that browsers keep one.
} as const;

/** A browser that many share remembers those who signed in last. */
const most = 8;

/** Whose tries are counted: the account, and its password as it is stored. */
export interface Account {
  readonly id: number;
  readonly password: string | null;
}

/** What tries at this account in this browser are counted by; null in a browser where its person never signed in. */
export function knownBrowser(ctx: BrowserContext, secretKey: string, account: Account): string | null {
  for (const entry of entriesOf(ctx)) {
    const [id, name = '', mac = ''] = entry.split('.');
    if (id !== String(account.id)) continue;
    if (sameSecret(macOf(secretKey, account, name), Buffer.from(mac, 'base64url'))) return name;
  }
  return null;
}

/** The same, for somebody whose password nobody has read yet. */
export async function knownBrowserOf(
  ctx: BrowserContext,
  db: Knex,
  secretKey: string,
  userId: number,
): Promise<string | null> {
  return ctx.cookies.get(cookie, { signed: false }) ? knownBrowser(ctx, secretKey, await accountOf(db, userId)) : null;
}

/** Remembers this browser as one in which somebody proved who they are; after a change of password, anew. */
export async function rememberBrowser(ctx: BrowserContext, db: Knex, secretKey: string, userId: number): Promise<void> {
  const account = await accountOf(db, userId);
  const name = randomSecret(16);
  const others = entriesOf(ctx).filter((entry) => !entry.startsWith(`${userId}.`));
  const entry = `${userId}.${name}.${macOf(secretKey, account, name).toString('base64url')}`;
  ctx.cookies.set(cookie, [entry, ...others].slice(0, most).join('~'), flags);
}

async function accountOf(db: Knex, id: number): Promise<Account> {
  const row = await db('users').where({ id }).first<{ password: string | null } | undefined>('password');
  return { id, password: row?.password ?? null };
}

const entriesOf = (ctx: BrowserContext): string[] =>
  (ctx.cookies.get(cookie, { signed: false }) ?? '').slice(0, 2000).split('~').slice(0, most);

const macOf = (secretKey: string, { id, password }: Account, name: string): Buffer =>
  hmac(deriveKey(secretKey, 'known browsers'), `${id} ${name} ${sha256(password ?? '').toString('hex')}`);
