import type { RestSpelling } from '../resources/declaration.ts';
import type { Field } from '../resources/fields.ts';
import type { JsonSchema } from './openapi.ts';

export type Style = RestSpelling['style'];

/** The JSON Schema of a field's value as a spelling writes it, null included where it may be. */
export function fieldSchema(field: Field, style: Style, direction: 'read' | 'write'): JsonSchema {
  const schema = valueSchema(field, style, direction);
  return field.nullable ? orNull(schema) : schema;
}

function valueSchema(field: Field, style: Style, direction: 'read' | 'write'): JsonSchema {
  switch (field.kind) {
    case 'reference':
      return style === 'hyperlinked' ? { type: 'string', format: 'uri-reference' } : plain(field.schema);
    case 'many': {
      const link = { type: 'string', format: 'uri-reference' };
      return style === 'hyperlinked' ? { type: 'array', items: link, uniqueItems: true } : plain(field.schema);
    }
    case 'decimal':
      if (field.as !== 'text') return plain(field.schema);
      return direction === 'read'
        ? { type: 'string', format: 'decimal' }
        : { ...plain(field.schema), type: ['number', 'string'], format: 'decimal' };
    case 'timestamp':
      return style === 'pk' && direction === 'read'
        ? { type: 'string', pattern: String.raw`^\d{4}-\d{2}-\d{2} \d{2}:\d{2}$` }
        : plain(field.schema);
    default:
      return plain(field.schema);
  }
}

function orNull(schema: JsonSchema): JsonSchema {
  if (typeof schema.type === 'string' && schema.enum === undefined) return { ...schema, type: [schema.type, 'null'] };
  if (Array.isArray(schema.enum)) return { ...schema, type: [schema.type, 'null'], enum: [...schema.enum, null] };
  return Object.keys(schema).length === 0 ? schema : { anyOf: [schema, { type: 'null' }] };
}

/** A schema without what the library that made it keeps for itself. */
export const plain = (schema: object): JsonSchema => JSON.parse(JSON.stringify(schema));

/** What readers are told about a field: its help, and what each of its choices means. */
export function describeField({
  help,
  choices,
  caller,
  superuserOnly,
  kind,
  file,
  nullable,
}: Field): string | undefined {
  const meanings = Object.entries(choices ?? {}).filter(
    ([value, label]) => value.toLowerCase() !== label.toLowerCase(),
  );
  const sentences = [
    help,
    caller && kind === 'reference' && !help ? 'Whoever asks, when left out.' : undefined,
    file ? `Sent as a file of a form${nullable ? '; null takes it away' : ''}.` : undefined,
    superuserOnly ? 'Only superusers may write it.' : undefined,
    meanings.length > 0
      ? `Values: ${meanings.map(([value, label]) => `\`${value}\` ${label}`).join(', ')}.`
      : undefined,
  ];
  return sentences.filter(Boolean).join(' ') || undefined;
}
