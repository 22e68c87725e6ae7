import type { Knex } from 'knex';
import { deriveKey } from '../identity/secrets.ts';
import { chainBegins, nameOfKey, readContent, sealOf } from './block.ts';

/** Entries that one block holds at most, and blocks that one pass makes at most. */
const blockSize = 1000;
const blocksAtOnce = 50;

/** The key that seals are made with; whoever has the database alone can't make one. */
export const sealingKey = (secretKey: string): Buffer => deriveKey(secretKey, 'audit trail');

/**
 * Seals the entries that are settled: those of transactions that were over when the pass before looked. So nobody who
 * writes waits for it, and the order of ids is the order of the chain. One process at a time does it; the others pass.
 * @returns how many entries were sealed
 */
export function sealAuditTrail(knex: Knex, secretKey: string): Promise<number> {
  const key = sealingKey(secretKey);
  return knex.transaction(async (trx) => {
    if (!(await one<{ mine: boolean }>(trx, 'SELECT pg_try_advisory_xact_lock(90, 1) AS mine')).mine) return 0;
    let last = await lastSeal(trx);
    const settled = await settledUpTo(trx, last.toId);
    let sealed = 0;
    for (let blocks = 0; last.toId < settled && blocks < blocksAtOnce; blocks += 1) {
      const afterId = last.toId;
      const toId = await endOfBlock(trx, afterId, settled);
      const contents = await readContent(trx, afterId, toId);
      // Numbers of transactions that came to nothing.
      if (contents.length === 0) break;
      for (const content of contents) {
        const block = { number: last.number + 1, afterId, toId, previous: last.seal, ...content };
        const seal = sealOf(key, block);
        await trx('audit_seals').insert({
          number: block.number,
          after_id: afterId,
          to_id: toId,
          month: block.month,
          entries: block.entries,
          digest: block.digest,
          previous: block.previous,
          seal,
          key_id: nameOfKey(key),
        });
        last = { number: block.number, toId, seal };
        sealed += block.entries;
      }
    }
    return sealed;
  });
}

interface Last {
  readonly number: number;
  readonly toId: number;
  readonly seal: Buffer;
}

async function lastSeal(trx: Knex): Promise<Last> {
  const row = await trx('audit_seals').orderBy('number', 'desc').first('number', 'to_id', 'seal');
  return row
    ? { number: Number(row.number), toId: Number(row.to_id), seal: row.seal }
    : { number: 0, toId: 0, seal: chainBegins };
}

/**
 * The id up to which every entry is there that ever will be, and a note for the next pass. A note from the time before
 * the data moved to another server counts for nothing.
 */
async function settledUpTo(trx: Knex, sealedTo: number): Promise<number> {
  // First of all, before this transaction has a number: whoever got an id up to here has a smaller number then.
  const given = await one<{ last: string }>(
    trx,
    'SELECT CASE WHEN is_called THEN last_value ELSE 0 END AS last FROM audit_entries_id_seq',
  );
  const noted = await one<{ to: string; over: boolean; foreign: boolean }>(
    trx,
    `SELECT waiting_to AS to, waiting_for <= pg_snapshot_xmin(pg_current_snapshot()) AS over,
            waiting_for >= pg_snapshot_xmax(pg_current_snapshot()) AS foreign FROM audit_progress FOR UPDATE`,
  );
  const settled = noted.over && !noted.foreign ? Number(noted.to) : sealedTo;
  const waitsStill = !noted.over && !noted.foreign;
  if (!waitsStill && Number(given.last) > Number(noted.to)) {
    await trx.raw('UPDATE audit_progress SET waiting_to = ?, waiting_for = pg_current_xact_id()', [given.last]);
  }
  return settled;
}

async function endOfBlock(trx: Knex, afterId: number, settled: number): Promise<number> {
  const row = await trx('audit_entries')
    .where('id', '>', afterId)
    .where('id', '<=', settled)
    .orderBy('id')
    .offset(blockSize - 1)
    .first('id');
  return row ? Number(row.id) : settled;
}

async function one<Row>(trx: Knex, statement: string): Promise<Row> {
  const { rows } = await trx.raw<{ rows: [Row] }>(statement);
  return rows[0];
}
