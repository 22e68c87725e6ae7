import type pg from 'pg';
import { decide } from '../../shared/access/decide.ts';
import type { Principal } from '../../shared/access/principal.ts';
import { scopesFor } from '../../shared/access/scopes.ts';
import type { Resource, Row } from '../resources/declaration.ts';
import { resourceNamed } from '../resources/index.ts';
import type { OffsetPage } from './query.ts';

/** One thing that was done to a row. */
export interface LogEntry {
  readonly id: number;
  /** What it was done to. */
  readonly subject: { readonly resource: Resource; readonly id: number };
  /** create, update, delete, or the name of an action. */
  readonly action: string;
  /** ISO 8601, UTC, microseconds. */
  readonly at: string;
  /** Who did it; the id is null when nobody was signed in. */
  readonly actor: { readonly id: number | null; readonly name: string };
  /** Where it came from; null for those who may read no other people's whereabouts. */
  readonly address: string | null;
  /** Values before, of the fields that changed. */
  readonly old: Row;
  /** Values after. */
  readonly new: Row;
}

export interface Log {
  readonly entries: readonly LogEntry[];
  readonly count: number;
}

/** Rows of one resource. */
export interface Subjects {
  readonly resource: Resource;
  readonly ids: readonly number[];
}

interface Entry {
  id: string;
  resource: string;
  object_id: string;
  action: string;
  at: string;
  actor_id: number | null;
  actor: string;
  address: string | null;
  changes: Record<string, { old?: unknown; new?: unknown }>;
}

const ofRows = `FROM unnest($1::text[], $2::text[]) AS asked (resource, object_id)
  JOIN audit_entries USING (resource, object_id)`;
const columns = `id, resource, object_id, action, actor_id, actor, host(address) AS address, changes,
  to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at`;
const statement = {
  name: 'qm_log',
  text: `SELECT (SELECT count(*)::int ${ofRows}) AS count, (SELECT coalesce(json_agg(entry), '[]')
    FROM (SELECT ${columns} ${ofRows} ORDER BY audit_entries.at DESC, id DESC LIMIT $3 OFFSET $4) AS entry) AS entries`,
};

/**
 * What the audit trail knows of some rows, newest first. Ask only after the caller was found to see the rows. Only fields
 * that faces show come out: secrets are not in the trail, and nothing else that is kept from people is in its answer.
 */
export async function readLog(
  db: pg.Pool,
  principal: Principal,
  subjects: readonly Subjects[],
  page: OffsetPage,
): Promise<Log> {
  const pairs = subjects.flatMap(({ resource, ids }) => ids.map((id) => [resource.name, String(id)] as const));
  const values = [pairs.map(([name]) => name), pairs.map(([, id]) => id), page.limit, page.offset];
  const { rows } = await db.query<{ count: number; entries: Entry[] }>({ ...statement, values });
  const [found] = rows;
  const knowsPeople =
    decide(principal, { role: 'admin', permission: 'view', scopes: scopesFor('admin', 'view') }).allow === 'all';
  const entries = (found?.entries ?? []).map((entry) => ({
    id: Number(entry.id),
    subject: { resource: resourceNamed(entry.resource), id: Number(entry.object_id) },
    action: entry.action,
    at: entry.at,
    actor: { id: entry.actor_id, name: entry.actor },
    address: knowsPeople || entry.actor_id === principal.person?.id ? entry.address : null,
    old: valuesOf(entry, 'old'),
    new: valuesOf(entry, 'new'),
  }));
  return { entries, count: found?.count ?? 0 };
}

function valuesOf({ resource, changes }: Entry, side: 'old' | 'new'): Row {
  const { fields } = resourceNamed(resource);
  const values = Object.entries(changes).flatMap(([name, change]) => {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    return field && !field.hidden && !field.writeOnly && change[side] !== undefined ? [[name, change[side]]] : [];
  });
  return Object.fromEntries(values);
}
