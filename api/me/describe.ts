import { decide } from '../../shared/access/decide.ts';
import type { Principal } from '../../shared/access/principal.ts';
import { labelOf } from '../faces/rest/describe.ts';
import type { JsonSchema } from '../schema/openapi.ts';
import type { Endpoint } from './endpoint.ts';

const types: Readonly<Record<string, string>> = {
  string: 'string',
  integer: 'integer',
  number: 'decimal',
  boolean: 'boolean',
  array: 'list',
};

/** The answer to `OPTIONS` at the path of endpoints: what it takes, and which of its methods this caller may use. */
export function describeEndpoints(endpoints: readonly Endpoint[], principal: Principal) {
  const [first] = endpoints;
  const allowed = endpoints.filter(({ operation }) => decide(principal, operation).allow !== 'nothing');
  return {
    name: first?.summary ?? '',
    description: first?.description ?? '',
    renders: ['application/json'],
    parses: ['application/json', 'application/x-www-form-urlencoded', 'multipart/form-data'],
    model: first?.tag ?? '',
    actions: Object.fromEntries(allowed.map((one) => [one.method.toUpperCase(), fieldsOf(one)])),
  };
}

/** What a body takes, as the REST face describes the fields of rows. */
function fieldsOf({ body, sends }: Endpoint) {
  const { properties = {}, required = [] } = (body ?? sends?.schema ?? {}) as {
    properties?: Readonly<Record<string, JsonSchema>>;
    required?: readonly string[];
  };
  return Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [name, fieldOf(name, schema, required.includes(name))]),
  );
}

function fieldOf(name: string, schema: JsonSchema, required: boolean) {
  const { description, maxLength, minimum, maximum } = schema;
  const choices = schema.enum as readonly unknown[] | undefined;
  return {
    type: choices ? 'choice' : schema.format === 'binary' ? 'file upload' : (types[String(schema.type)] ?? 'field'),
    required,
    read_only: false,
    label: labelOf(name),
    ...(description !== undefined && { help_text: description }),
    ...(maxLength !== undefined && { max_length: maxLength }),
    ...(minimum !== undefined && { min_value: minimum }),
    ...(maximum !== undefined && { max_value: maximum }),
    ...(choices && { choices: choices.map((value) => ({ value, display_name: String(value) })) }),
  };
}
