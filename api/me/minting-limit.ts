import type { Knex } from 'knex';
import type { Principal } from '../../shared/access/principal.ts';
import { Forbidden } from '../store/refusals.ts';

/**
 * The latest end that a token may be given by whoever asks for it; null: any. A token makes none that outlives it:
 * whoever got hold of one for a while has it for that while.
 * @throws Forbidden when it makes none at all: what it may not do from elsewhere, or after a rest, another would
 */
export async function latestEnd(db: Knex, { tokenId }: Principal): Promise<Date | null> {
  if (tokenId === null) return null;
  const maker: { expires_at: Date | null; addresses: string[] | null; idle_hours: number | null } | undefined =
    await db('api_tokens').where({ id: tokenId }).first('expires_at', 'addresses', 'idle_hours');
  if (!maker || maker.addresses || maker.idle_hours) {
    throw new Forbidden('role', [], 'A token that is bound to addresses, or ends when it rests, makes no others.');
  }
  return maker.expires_at;
}

/** Whether a token that ends then would outlive one that ends at `latest`. */
export const outlives = (end: Date | null, latest: Date | null): boolean =>
  latest !== null && (end === null || end.getTime() > latest.getTime());
