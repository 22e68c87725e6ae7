import type { Row } from '../../resources/declaration.ts';
import type { LogEntry } from '../../store/log.ts';
import { type Entity, isShown, type Key, shownKeys } from './spelling.ts';

const types: Readonly<Record<string, string>> = { create: 'Create', update: 'Update' };

/** A moment as this dialect prints it. */
const moment = (iso: string): string => new Date(iso).toISOString().slice(0, 19).replace('T', ' ');

/** Something that was done to a row, as AtroCore's clients read their stream: who, when, and the values before and after. */
export function noteOf(entity: Entity, { id, subject, action, at, actor, ...values }: LogEntry, name: string | null) {
  const was = attributesOf(entity, values.old);
  const became = attributesOf(entity, values.new);
  return {
    id: String(id),
    deleted: false,
    type: types[action] ?? action,
    post: null,
    data: { fields: [...new Set([...Object.keys(was), ...Object.keys(became)])], attributes: { was, became } },
    parentType: entity.name,
    parentId: String(subject.id),
    parentName: name,
    createdAt: moment(at),
    createdById: actor.id === null ? null : String(actor.id),
    createdByName: actor.name,
  };
}

function attributesOf({ keys }: Entity, values: Row): Row {
  return Object.fromEntries(
    keys
      .filter((key) => isShown(key) && values[key.name] !== undefined)
      .map((key) => [shownKeys(key)[0], valueAs(key, values[key.name])]),
  );
}

function valueAs({ target, field }: Key, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  if (target) return Array.isArray(value) ? value.map(String) : String(value);
  return field.kind === 'timestamp' && typeof value === 'string' ? moment(value) : value;
}
