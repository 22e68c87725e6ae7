import type pg from 'pg';

/** What is asked of the trail; what is absent narrows nothing. Every one of them alone has an index behind it. */
export interface TrailFilter {
  /** Who did it; null: nobody who was signed in. */
  readonly actorId?: number | null;
  /** Whom somebody stood in for. */
  readonly actingAsId?: number;
  readonly action?: string;
  readonly resource?: string;
  readonly objectId?: string;
  /** The client_id of the application that acted. */
  readonly application?: string;
  readonly address?: string;
  /** From this moment on, and before that one. */
  readonly since?: Date;
  readonly until?: Date;
}

/** One entry as it is told to superusers. */
export interface TrailEntry {
  readonly id: number;
  /** ISO 8601, UTC, microseconds. */
  readonly at: string;
  readonly actor_id: number | null;
  readonly actor: string;
  /** Whom the actor stood in for. */
  readonly acting_as_id: number | null;
  readonly acting_as: string | null;
  readonly proof: string;
  readonly application: string | null;
  readonly token_id: number | null;
  readonly address: string | null;
  readonly action: string;
  readonly resource: string;
  readonly object_id: string | null;
  readonly changes: Record<string, { old?: unknown; new?: unknown }>;
}

export interface TrailPage {
  /** The newest first. */
  readonly entries: readonly TrailEntry[];
  /** Where the next page begins; null when there is none. */
  readonly next: string | null;
}

/** The place of an entry, as a page's address says it: its moment in microseconds since 1970, and its number. */
const cursorShape = /^(\d{1,16})-(\d{1,16})$/;
export const isCursor = (text: string): boolean => cursorShape.test(text);

const columns = `id::float8 AS id, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at, actor_id, actor, acting_as_id,
  acting_as, proof, application, token_id, host(address) AS address, action, resource, object_id, changes`;

const equals = {
  actingAsId: 'acting_as_id = ?::int',
  action: 'action = ?',
  resource: 'resource = ?',
  objectId: 'object_id = ?',
  application: 'application = ?',
  address: 'address = ?::inet',
  since: 'at >= ?::timestamptz',
  until: 'at < ?::timestamptz',
} as const;

/** The statement of a page: it reads as many rows as it shows from each month that it touches, whatever the trail's size. */
export function trailStatement(
  filter: TrailFilter,
  { limit, cursor }: { limit: number; cursor: string | null },
): { text: string; values: unknown[] } {
  const values: unknown[] = [];
  const bind = (condition: string, value: unknown) => condition.replaceAll('?', `$${values.push(value)}`);
  const where: string[] = [];
  if (filter.actorId === null) where.push('actor_id IS NULL');
  else if (filter.actorId !== undefined) where.push(bind('actor_id = ?::int', filter.actorId));
  for (const [name, condition] of Object.entries(equals)) {
    const value = filter[name as keyof typeof equals];
    if (value !== undefined) where.push(bind(condition, value));
  }
  const [, at, id] = cursorShape.exec(cursor ?? '') ?? [];
  if (at && id) {
    const moment = bind(`(timestamptz 'epoch' + ?::bigint * interval '1 microsecond')`, at);
    // The first alone is what lets later months be passed over.
    where.push(`at <= ${moment}`, bind(`(at, id) < (${moment}, ?::bigint)`, id));
  }
  const text = `SELECT ${columns}, (extract(epoch FROM at) * 1000000)::bigint::text AS place FROM audit_entries
    ${where.length > 0 ? `WHERE ${where.join(' AND ')}` : ''} ORDER BY audit_entries.at DESC, audit_entries.id DESC LIMIT ${bind('?', limit + 1)}`;
  return { text, values };
}

/** One page of the trail, the newest first. `cursor` is an earlier page's `next`. */
export async function readTrail(
  pool: pg.Pool,
  filter: TrailFilter,
  page: { limit: number; cursor: string | null },
): Promise<TrailPage> {
  const { rows } = await pool.query<TrailEntry & { place: string }>(trailStatement(filter, page));
  const shown = rows.slice(0, page.limit);
  const last = shown.at(-1);
  const next = rows.length > page.limit && last ? `${last.place}-${last.id}` : null;
  return { entries: shown.map(({ place: _, ...entry }) => entry), next };
}

/** Pages that an export reads at a time. */
const exportedAtOnce = 1000;

/** All of it, a page at a time: no connection is kept while somebody reads slowly. */
export async function* readWholeTrail(pool: pg.Pool, filter: TrailFilter): AsyncGenerator<readonly TrailEntry[]> {
  for (let cursor: string | null = null; ; ) {
    const { entries, next }: TrailPage = await readTrail(pool, filter, { limit: exportedAtOnce, cursor });
    yield entries;
    if (next === null) return;
    cursor = next;
  }
}
