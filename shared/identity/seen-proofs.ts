import type { Knex } from 'knex';
import { sha256 } from './secrets.ts';

/**
 * Remembers a proof that counts once (a DPoP proof, a client assertion). Of any number of parallel calls, in whatever
 * processes, one is told that it is the first.
 * @param id what tells the proof apart, with whose it is
 * @param expiresAt when the proof itself is too old to be taken; milliseconds since 1970
 */
export async function isFirstUse(db: Knex, id: string, expiresAt: number): Promise<boolean> {
  const { rowCount } = await db.raw<{ rowCount: number }>(
    'INSERT INTO seen_proofs (id_hash, expires_at) VALUES (?, ?) ON CONFLICT DO NOTHING',
    [sha256(id), new Date(expiresAt)],
  );
  return rowCount === 1;
}
