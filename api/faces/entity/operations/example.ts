import type { Field } from '../../../resources/fields.ts';
import type { Entity } from '../spelling.ts';

/** A record that shows what a create needs. */
export function exampleRecord({ keys }: Entity): Record<string, unknown> {
  const chosen = keys.filter(({ required, writable, field }) => required || (writable && field.example !== undefined));
  const [first] = keys.filter(({ writable }) => writable);
  return Object.fromEntries(
    (chosen.length > 0 || !first ? chosen : [first]).map(({ key, field, target }) =>
      target ? (field.kind === 'many' ? [`${key}Ids`, ['1']] : [`${key}Id`, '1']) : [key, exampleValue(key, field)],
    ),
  );
}

function exampleValue(key: string, field: Field): unknown {
  if (field.example !== undefined) return field.example;
  switch (field.kind) {
    case 'integer':
    case 'decimal':
      return Math.max(1, field.minimum ?? 1);
    case 'boolean':
      return true;
    case 'choice':
      return (field.schema as { enum?: unknown[] }).enum?.[0] ?? '';
    case 'timestamp':
      return '2030-01-31 09:00:00';
    case 'date':
      return '2030-01-31';
    case 'mac':
      return 'a0:36:9f:af:12:34';
    case 'address':
    case 'interface':
      return '10.0.0.1';
    case 'network':
      return '10.0.0.0/24';
    case 'texts':
    case 'json':
      return [];
    default:
      return key.slice(0, field.maxLength ?? 50);
  }
}
