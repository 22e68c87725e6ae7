import { same } from '../../store/changes.ts';
import type { Change } from '../declaration.ts';
import { created, edited, moved } from './tracking-types.ts';

/** The facts of a stock item that its history follows. */
const followed = ['status', 'quantity', 'location', 'serial', 'batch', 'part', 'belongs_to'] as const;

/** Writes what a create or update did to a stock item into its history, in the same transaction. */
export async function recordChange(change: Change): Promise<void> {
  const { before, row, kind, occasion } = change;
  const entry = occasion?.facts.entry as Entry | undefined;
  if (entry) return record(change, [row.id as number], entry);
  const names = followed.filter((name) =>
    kind === 'create'
      ? row[name] !== null && row[name] !== undefined && name !== 'part'
      : !same(row[name], before?.[name]),
  );
  if (kind === 'update' && names.length === 0 && !otherwiseEdited(change)) return;
  const deltas = Object.fromEntries(names.map((name) => [name, name === 'quantity' ? Number(row[name]) : row[name]]));
  const onlyMoved = names.length === 1 && names[0] === 'location';
  const type = kind === 'create' ? created : onlyMoved ? moved : edited;
  await record(change, [row.id as number], { type, deltas, notes: '' });
}

/** Writes a move of several stock items to a place (or to none) into their histories. */
export async function recordMove(change: Change, items: readonly number[], location: number | null): Promise<void> {
  await record(change, items, { type: moved, deltas: { location }, notes: '' });
}

const unremarkable: ReadonlySet<string> = new Set(['updated', 'metadata', 'barcode_data', 'barcode_hash']);

function otherwiseEdited({ values, row, before }: Change): boolean {
  return Object.keys(values).some((name) => name in row && !unremarkable.has(name) && !same(row[name], before?.[name]));
}

/** What happened, the facts as they are since, and what somebody wrote about it. */
interface Entry {
  readonly type: number;
  readonly deltas: Record<string, unknown>;
  readonly notes: string;
}

async function record(
  { trx, principal }: Pick<Change, 'trx' | 'principal'>,
  items: readonly number[],
  { type, deltas, notes }: Entry,
): Promise<void> {
  if (items.length === 0) return;
  await trx.raw(
    // Not now(): changes that waited for each other began in another order than they came about.
    `INSERT INTO stock_tracking (item_id, tracking_type, deltas, notes, user_id, date)
     SELECT item, ?::int, ?::jsonb, ?, ?::int, clock_timestamp() FROM unnest(?::int[]) AS item`,
    [type, JSON.stringify(deltas), notes, principal.person?.id ?? null, items as number[]],
  );
}
