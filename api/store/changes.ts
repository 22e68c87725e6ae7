import type { AuditEntry } from '../../shared/audit.ts';
import type { Resource, Row } from '../resources/declaration.ts';

/** Whether two values of a field are the same fact. */
export function same(a: unknown, b: unknown): boolean {
  return comparable(a) === comparable(b);
}

function comparable(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** What differs between two states of a row, for the audit trail. What is never shown is not kept either. */
export function changesBetween(resource: Resource, before: Row | null, after: Row | null): AuditEntry['changes'] {
  const changes: NonNullable<AuditEntry['changes']> = {};
  for (const [name, field] of Object.entries(resource.fields)) {
    if (field.sql !== undefined || field.writeOnly) continue;
    const old = before?.[name] ?? null;
    const now = after?.[name] ?? null;
    if (same(old, now)) continue;
    changes[name] = { ...(before && { old }), ...(after && { new: now }) };
  }
  return changes;
}
