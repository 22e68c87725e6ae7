import { createHash } from 'node:crypto';
import type { Knex } from 'knex';
import { hmac, sha256 } from '../identity/secrets.ts';

/**
 * A block of the chain: the entries of one month (its first day, UTC) whose ids lie after one and go up to another. Its
 * seal is made of them, of the seal before it, and of a key that the database doesn't hold.
 */
export interface Block {
  readonly number: number;
  readonly afterId: number;
  readonly toId: number;
  /** `YYYY-MM-01` */
  readonly month: string;
  readonly entries: number;
  readonly digest: Buffer;
  readonly previous: Buffer;
}

/** What stands before the first block. */
export const chainBegins = Buffer.alloc(32);

/** The seal of a block (HMAC-SHA-256). */
export const sealOf = (key: Buffer, { number, afterId, toId, month, entries, digest, previous }: Block): Buffer =>
  hmac(key, JSON.stringify([number, afterId, toId, month, entries, digest.toString('hex'), previous.toString('hex')]));

/** Tells keys apart without telling anything of them. */
export const nameOfKey = (key: Buffer): string => sha256(key.toString('hex')).toString('hex').slice(0, 16);

/** What the trail holds between two ids, by month. */
export interface Content {
  readonly month: string;
  readonly entries: number;
  readonly digest: Buffer;
}

/** Every column of an entry that means something, printed the same by every server and session. */
const columns = [
  'id::text',
  '(extract(epoch FROM at) * 1000000)::bigint::text',
  'actor_id::text',
  'actor',
  'acting_as_id::text',
  'acting_as',
  'proof',
  'application',
  'token_id::text',
  'address::text',
  'action',
  'resource',
  'object_id',
  'changes::text',
];

const statement = `SELECT to_char(date_trunc('month', at AT TIME ZONE 'UTC'), 'YYYY-MM-DD'), ${columns}
  FROM audit_entries WHERE id > ? AND id <= ? ORDER BY id`;

/** Reads and digests the entries between two ids, month by month in order. */
export async function readContent(db: Knex, afterId: number, toId: number): Promise<Content[]> {
  // Columns, not an array of them: that would be put together there to be taken apart here.
  const { rows } = await db
    .raw<{ rows: [month: string, ...line: (string | null)[]][] }>(statement, [afterId, toId])
    .options({ rowMode: 'array' });
  const months = new Map<string, { entries: number; hash: ReturnType<typeof createHash> }>();
  for (const [month, ...line] of rows) {
    const content = months.get(month) ?? { entries: 0, hash: createHash('sha256') };
    months.set(month, content);
    content.entries += 1;
    content.hash.update(JSON.stringify(line));
  }
  return [...months]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([month, { entries, hash }]) => ({ month, entries, digest: hash.digest() }));
}
