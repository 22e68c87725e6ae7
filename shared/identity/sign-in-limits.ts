import { isIPv6 } from 'node:net';
import type { Pool } from 'pg';
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import { plainAddress } from './plain-address.ts';
import { sha256 } from './secrets.ts';

/** Tries in a window of so many seconds: for one account, and for one address whatever the accounts. */
export const signInLimits = { account: 10, address: 100, seconds: 600 } as const;

interface Limiters {
  readonly account: RateLimiterPostgres;
  readonly address: RateLimiterPostgres;
}

const ofPool = new WeakMap<Pool, Limiters>();

function limitersOf(pool: Pool): Limiters {
  let limiters = ofPool.get(pool);
  if (!limiters) {
    const where = { storeClient: pool, storeType: 'pool', tableName: 'rate_limits', tableCreated: true };
    const { account, address, seconds: duration } = signInLimits;
    limiters = {
      account: new RateLimiterPostgres({ ...where, keyPrefix: 'account', points: account, duration }),
      address: new RateLimiterPostgres({
        ...where,
        keyPrefix: 'address',
        points: address,
        duration,
        clearExpiredByTimeout: false, // The other one clears the table for both.
      }),
    };
    ofPool.set(pool, limiters);
  }
  return limiters;
}

/** Who is tried: the account's id, or the name that was typed when there is no such account. */
export interface Tried {
  readonly account: number | string;
  readonly address: string | null;
  /** Name of a browser in which the account's person signed in before: its tries count apart from those of strangers. */
  readonly browser?: string | null;
}

/** Unknown names of any length and kind become one short key, so that they are limited exactly as known ones. */
const nameKey = (account: number | string) =>
  typeof account === 'number' ? `id:${account}` : sha256(account.toLowerCase()).toString('base64url');

const accountKey = ({ account, browser }: Tried) => (browser ? `${nameKey(account)} in ${browser}` : nameKey(account));

/** Who holds one IPv6 address holds the whole /64, so that is what counts. */
export function addressKey(address: string): string {
  const plain = plainAddress(address) ?? 'unknown';
  if (!isIPv6(plain)) return plain;
  const [head = '', tail = ''] = new URL(`http://[${plain}]`).hostname.slice(1, -1).split('::');
  const [left, right] = [head, tail].map((half) => half.split(':').filter(Boolean));
  const zeros = 8 - left!.length - right!.length;
  return [...left!, ...Array<string>(zeros).fill('0'), ...right!].slice(0, 4).join(':');
}

/**
 * Counts a try before anything is checked: the database adds up, so parallel tries cannot slip past.
 * Answers null when the try may go on, else the seconds until the next one may.
 */
export async function countTry(pool: Pool, tried: Tried): Promise<number | null> {
  const limiters = limitersOf(pool);
  // The address first: who is stopped there cannot lock other people's accounts. A known browser has few tries anyway.
  const byAddress = tried.address && !tried.browser ? await take(limiters.address, addressKey(tried.address)) : null;
  return byAddress ?? (await take(limiters.account, accountKey(tried)));
}

/** A right password clears the count that it was tried under, and gives its address back this one try only. */
export async function countSuccess(pool: Pool, tried: Tried): Promise<void> {
  const { address, browser } = tried;
  const limiters = limitersOf(pool);
  await limiters.account.delete(accountKey(tried));
  if (address && !browser) await limiters.address.reward(addressKey(address), 1);
}

/** Gives one try back that was right, without clearing the count: what was right may be whoever guesses' own. */
export async function giveBack(pool: Pool, { account }: Pick<Tried, 'account'>): Promise<void> {
  await limitersOf(pool).account.reward(nameKey(account), 1);
}

async function take(limiter: RateLimiterPostgres, key: string): Promise<number | null> {
  try {
    await limiter.consume(key);
    return null;
  } catch (refused) {
    if (refused instanceof RateLimiterRes) return Math.max(1, Math.ceil(refused.msBeforeNext / 1000));
    throw refused;
  }
}
