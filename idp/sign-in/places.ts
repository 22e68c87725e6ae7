import type { Knex } from 'knex';
import { sha256 } from '../../shared/identity/secrets.ts';
import { addressKey } from '../../shared/identity/sign-in-limits.ts';
import { namesOfDevice } from './device.ts';

/** Where somebody signs in: a kind of browser in a network. Neither a new version nor the next address of it is new. */
export interface Place {
  readonly address: string | null;
  readonly userAgent: string | null;
}

/**
 * Notes where somebody signs in. True when they signed in before, but never there: they should hear of it. At somebody's
 * very first sign-in every place is new, and says nothing.
 */
export async function noteSignInPlace(trx: Knex, userId: number, { address, userAgent }: Place): Promise<boolean> {
  const place = sha256(`${namesOfDevice(userAgent).join(' on ') || 'An unknown program'}\0${networkOf(address)}`);
  const { rows } = await trx.raw<{ rows: [{ known: boolean; first: boolean }] }>(
    `WITH noted AS (
       INSERT INTO sign_in_places (user_id, place_hash) VALUES (:userId, :place)
       ON CONFLICT (user_id, place_hash) DO UPDATE SET last_seen_at = now())
     SELECT EXISTS (SELECT FROM sign_in_places WHERE user_id = :userId AND place_hash = :place) AS known,
            NOT EXISTS (SELECT FROM sign_in_places WHERE user_id = :userId) AS first`,
    { userId, place },
  );
  return !rows[0].known && !rows[0].first;
}

/** The /24 of an IPv4 address, the /64 of an IPv6 one. */
function networkOf(address: string | null): string {
  return addressKey(address ?? '').replace(/\.\d+$/, '');
}
