import type { Knex } from 'knex';
import type { Principal, Proof } from './access/principal.ts';
import { plainAddress } from './identity/plain-address.ts';
import { type Runs, runsBy } from './transaction.ts';

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

/** Who the audit trail says did it; a Principal is one. */
export type Actor = Omit<Principal, 'person' | 'scopes' | 'proof'> & {
  readonly person: { id: number | null; username: string } | null;
  readonly proof: Proof | 'console';
};

/** Whoever runs a command of the program on its machine. */
export const atConsole: Actor = {
  person: { id: null, username: 'console' },
  proof: 'console',
  application: null,
  tokenId: null,
  address: null,
};

/** An entry as it is stored: the columns of `audit_entries` by name. */
export type AuditRow = Readonly<Record<(typeof auditColumns)[number], string | number | null>>;

/** What of an entry is written; its number and its moment the database adds. */
export const auditColumns = [
  'actor_id',
  'actor',
  'acting_as_id',
  'acting_as',
  'proof',
  'application',
  'token_id',
  'address',
  'action',
  'resource',
  'object_id',
  'changes',
] as const;

/** What PostgreSQL reads each of them as. */
export const auditTypes: Readonly<Record<(typeof auditColumns)[number], string>> = {
  actor_id: 'int',
  actor: 'text',
  acting_as_id: 'int',
  acting_as: 'text',
  proof: 'text',
  application: 'text',
  token_id: 'int',
  address: 'inet',
  action: 'text',
  resource: 'text',
  object_id: 'text',
  changes: 'jsonb',
};

/** Kept prepared by each connection: nearly every command runs it. */
const put = `INSERT INTO audit_entries (${auditColumns.join(', ')}) VALUES (${auditColumns.map((_, n) => `$${n + 1}`).join(', ')})`;

/**
 * Writes an audit row; call it with the transaction that does the thing, so that both happen or neither. What somebody
 * does while standing in for another person is kept under both names.
 */
export const audit = (db: Knex, actor: Actor, entry: AuditEntry): Promise<void> => auditBy(runsBy(db), actor, entry);

/** The same, in a transaction of whatever kind. */
export async function auditBy(runs: Runs, actor: Actor, entry: AuditEntry): Promise<void> {
  const row = auditRow(actor, entry);
  await runs.later(
    put,
    auditColumns.map((column) => row[column]),
    'audit_entry',
  );
}

/** What {@link audit} writes, for statements that write it together with something else. */
export function auditRow(actor: Actor, entry: AuditEntry): AuditRow {
  const { person, standIn } = actor;
  const who = standIn ?? person;
  return {
    actor_id: who?.id ?? null,
    actor: who?.username ?? 'anonymous',
    acting_as_id: standIn ? (person?.id ?? null) : null,
    acting_as: standIn ? (person?.username ?? null) : null,
    proof: actor.proof,
    application: actor.application,
    token_id: actor.tokenId,
    address: plainAddress(actor.address),
    action: entry.action,
    resource: entry.resource,
    object_id: entry.objectId === null ? null : String(entry.objectId),
    changes: JSON.stringify(entry.changes ?? {}),
  };
}
