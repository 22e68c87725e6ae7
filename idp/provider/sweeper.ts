import { setTimeout as sleep } from 'node:timers/promises';
import type { Knex } from 'knex';
import type { Logger } from 'pino';
import { sweepUsage } from '../../shared/applications/usage.ts';
import { sweepSessions } from '../../shared/identity/sessions.ts';

/** Rows that one statement deletes at most, so that nobody waits long for their locks. */
const batch = 1000;

/**
 * An expired device code is answered as expired for a while (RFC 8628 §3.5), so things go some time after their end.
 */
const keptAfter = '10 minutes';

/**
 * Deletes what has expired: codes, tokens, grants and interactions of the provider, revocations of tokens that are over
 * anyway, and sessions. The oldest go first, by the index: a walk through the table would meet all that went before it
 * again and again. Several processes may do it at once: each takes rows that no other has.
 * @param stop ends it after the batch that it is at
 * @returns how many rows were deleted
 */
export async function sweep(knex: Knex, stop?: AbortSignal): Promise<number> {
  const inBatches = (statement: string) => deleteInBatches(knex, statement, stop);
  const artifacts = await inBatches(
    `DELETE FROM oidc_artifacts WHERE (kind, id_hash) IN (
       SELECT kind, id_hash FROM oidc_artifacts WHERE expires_at < now() - interval '${keptAfter}'
        ORDER BY expires_at LIMIT ${batch} FOR UPDATE SKIP LOCKED)`,
  );
  const revocations = await inBatches(
    `DELETE FROM revocations WHERE id IN (
       SELECT id FROM revocations WHERE expires_at < now() ORDER BY expires_at LIMIT ${batch} FOR UPDATE SKIP LOCKED)`,
  );
  const proofs = await inBatches(
    `DELETE FROM seen_proofs WHERE id_hash IN (
       SELECT id_hash FROM seen_proofs WHERE expires_at < now() ORDER BY expires_at LIMIT ${batch} FOR UPDATE SKIP LOCKED)`,
  );
  return artifacts + revocations + proofs + (await sweepUsage(knex)) + (await sweepSessions(knex));
}

/** Rests after each batch for as long as it took: what clients want comes first, however much there is to delete. */
async function deleteInBatches(knex: Knex, statement: string, stop?: AbortSignal): Promise<number> {
  let all = 0;
  for (;;) {
    const begun = performance.now();
    const { rowCount } = await knex.raw<{ rowCount: number }>(statement);
    all += rowCount;
    if (rowCount < batch || stop?.aborted) return all;
    await sleep(performance.now() - begun);
  }
}

/** Sweeps now and then, for as long as the process lives; it keeps no process alive. */
export function startSweeper({ knex, log }: { knex: Knex; log: Logger }, everySeconds = 60): void {
  let sweeping = false;
  const run = async () => {
    // Much to delete takes longer than the time to the next turn.
    if (sweeping) return;
    sweeping = true;
    try {
      const deleted = await sweep(knex);
      if (deleted > 0) log.debug({ deleted }, 'expired rows deleted');
    } catch (error) {
      log.error({ err: error }, 'expired rows could not be deleted');
    } finally {
      sweeping = false;
    }
  };
  setInterval(run, everySeconds * 1000).unref();
}
