import type { Knex } from 'knex';
import type { Principal } from './access/principal.ts';

/** One thing that somebody did, as the audit trail keeps it. */
export interface AuditEntry {
  /** create, update, delete, or the name of an action (`sign_in`, `consent`, `rotate_secret`, …). */
  action: string;
  /** What kind of thing: a declared resource's name, or `application`, `session`, `token`, … */
  resource: string;
  objectId: string | number | null;
  /** Old and new value of each changed field. Secrets never come in here. */
  changes?: Record<string, { old?: unknown; new?: unknown }>;
}

/** Writes an audit row; call it with the transaction that does the thing, so that both happen or neither. */
export async function audit(db: Knex, principal: Principal, entry: AuditEntry): Promise<void> {
  await db('audit_entries').insert({
    actor_id: principal.person?.id ?? null,
    actor: principal.person?.username ?? 'anonymous',
    proof: principal.proof,
    application: principal.application,
    token_id: principal.tokenId,
    address: principal.address,
    action: entry.action,
    resource: entry.resource,
    object_id: entry.objectId === null ? null : String(entry.objectId),
    changes: JSON.stringify(entry.changes ?? {}),
  });
}
