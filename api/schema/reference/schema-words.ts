import type { JsonSchema, OpenApiDocument } from '../openapi.ts';

/** A property of a body or an answer, in words. */
export interface PropertyView {
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  readonly readOnly: boolean;
  readonly description: string;
  readonly standard: string | null;
}

/** Follows a reference within the document. */
export function resolved(document: OpenApiDocument, schema: JsonSchema): JsonSchema {
  const name = typeof schema.$ref === 'string' ? schema.$ref.split('/').at(-1) : undefined;
  return name ? (document.components.schemas[name] ?? {}) : schema;
}

/** The properties of an object schema, of the rows of a list, or of the first alternative that has any. */
export function propertiesOf(document: OpenApiDocument, schema: JsonSchema): PropertyView[] {
  const followed = resolved(document, schema);
  const inner = (followed.oneOf ?? followed.anyOf) as JsonSchema[] | undefined;
  if (inner?.[0]) return propertiesOf(document, inner[0]);
  if (followed.items) return propertiesOf(document, followed.items as JsonSchema);
  const required = new Set((followed.required as string[] | undefined) ?? []);
  return Object.entries((followed.properties ?? {}) as Record<string, JsonSchema>).map(([name, one]) => ({
    name,
    type: typeWords(one),
    required: required.has(name),
    readOnly: one.readOnly === true,
    description: typeof one.description === 'string' ? one.description : '',
    standard: one.default === undefined ? null : JSON.stringify(one.default),
  }));
}

/** What a schema's values are, in few words: `text of at most 30 characters, or null`. */
export function typeWords(schema: JsonSchema): string {
  if (typeof schema.$ref === 'string') return schema.$ref.split('/').at(-1) ?? 'object';
  const alternatives = (schema.anyOf ?? schema.oneOf) as JsonSchema[] | undefined;
  if (alternatives) return alternatives.map(typeWords).join(' or ');
  if (schema.type === 'null') return '`null`';
  if (schema.const !== undefined) return `\`${schema.const}\``;
  const types = [schema.type].flat().filter((type) => type !== undefined && type !== 'null') as string[];
  const words = oneType(schema, types);
  return [schema.type].flat().includes('null') && types.length > 0 ? `${words}, or null` : words;
}

function oneType(schema: JsonSchema, types: readonly string[]): string {
  if (Array.isArray(schema.enum)) {
    const values = schema.enum.filter((value) => value !== null).map((value) => `\`${value}\``);
    return values.length > 12
      ? `one of ${values.slice(0, 10).join(', ')} and ${values.length - 10} more`
      : values.join(', ');
  }
  const [type] = types;
  if (types.length > 1) return types.map((one) => names[one] ?? one).join(' or ');
  if (type === 'array') return `list of ${typeWords((schema.items ?? {}) as JsonSchema)}`;
  if (type === 'string') {
    const format = typeof schema.format === 'string' ? (formats[schema.format] ?? schema.format) : 'text';
    return schema.maxLength ? `${format}, at most ${schema.maxLength} characters` : format;
  }
  if (type === 'integer' || type === 'number') return names[type] + bounds(schema);
  return type === undefined ? 'anything' : (names[type] ?? type);
}

const names: Readonly<Record<string, string>> = {
  integer: 'whole number',
  number: 'number',
  boolean: 'true or false',
  object: 'object',
  string: 'text',
  null: 'null',
};

const formats: Readonly<Record<string, string>> = {
  'date-time': 'moment (ISO 8601)',
  date: 'date (YYYY-MM-DD)',
  uri: 'URL',
  'uri-reference': 'link (URL or path)',
  ip: 'IP address',
  'ip-interface': 'IP address with prefix',
  'ip-network': 'IP network',
  mac: 'MAC address',
  decimal: 'decimal as text',
  email: 'e-mail address',
};

/** Bounds that say something: those of 32 bits do not. */
function bounds({ minimum, maximum }: JsonSchema): string {
  const low = typeof minimum === 'number' && minimum > -1e9 && minimum !== 1 ? minimum : null;
  const high = typeof maximum === 'number' && maximum < 2_147_483_647 ? maximum : null;
  if (low !== null && high !== null) return ` from ${low} to ${high}`;
  if (high !== null) return `, at most ${high}`;
  return low === null ? '' : `, at least ${low}`;
}
