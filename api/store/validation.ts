import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { say } from '../messages/say.ts';
import type { Resource, Row } from '../resources/declaration.ts';
import { type Field, isRequired } from '../resources/fields.ts';
import { KeptFile } from './kept-file.ts';
import { Invalid } from './refusals.ts';
import { readValue } from './values.ts';

const ajv = new Ajv({ allErrors: true, strict: false, validateFormats: false, verbose: true });
const compiled = new WeakMap<Resource, ValidateFunction>();

/** Compiles a resource's schema once; the reading of formats (addresses, moments) is done before by {@link readValue}. */
function validatorOf(resource: Resource): ValidateFunction {
  let validate = compiled.get(resource);
  if (!validate) {
    const properties = Object.fromEntries(
      Object.entries(resource.fields).map(([name, field]) => [name, nullableSchema(field)]),
    );
    validate = ajv.compile({ type: 'object', properties });
    compiled.set(resource, validate);
  }
  return validate;
}

const nullableSchema = (field: Field) => (field.nullable ? { anyOf: [{ type: 'null' }, field.schema] } : field.schema);

/** Whether clients may write a field at all. */
export const isWritable = (field: Field): boolean =>
  !field.readOnly && !field.hidden && (field.sql === undefined || field.follows === true);

/**
 * Reads and checks what a client sent: canonical values of the writable fields that it gave. Unknown and read-only
 * names are ignored (clients send back what they received).
 * @param whole whether every required field must be there; or those that must, of the required ones
 * @throws Invalid naming each field that is wrong or missing
 */
export function validate(resource: Resource, given: Row, whole: boolean | ReadonlySet<string>): Row {
  const demanded = (name: string) => (typeof whole === 'boolean' ? whole : whole.has(name));
  const errors: Record<string, string[]> = {};
  const values: Row = {};
  for (const [name, field] of Object.entries(resource.fields)) {
    if (!isWritable(field)) continue;
    if (given[name] === undefined) {
      if (demanded(name) && isRequired(field)) errors[name] = [say('values.required')];
      continue;
    }
    const sent = given[name];
    // What was shown of a file is no file; clients send it back with the rest.
    if (field.file && sent !== null && !(sent instanceof KeptFile)) continue;
    const read = sent instanceof KeptFile ? { value: sent.key } : readValue(field, sent);
    if ('error' in read) errors[name] = [read.error];
    else values[name] = read.value;
  }
  const check = validatorOf(resource);
  if (!check(numbersOf(resource, values))) {
    for (const error of check.errors ?? []) {
      const name = error.instancePath.split('/')[1] ?? '';
      if (error.keyword !== 'anyOf' && error.schema !== 'null')
        errors[name] = [...(errors[name] ?? []), sentence(error)];
    }
  }
  if (Object.keys(errors).length > 0) throw new Invalid(errors);
  return values;
}

/** Decimals are kept as text; their bounds are checked as numbers. */
function numbersOf(resource: Resource, values: Row): Row {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      resource.fields[name]?.kind === 'decimal' && value !== null ? Number(value) : value,
    ]),
  );
}

function sentence({ keyword, params, message }: ErrorObject): string {
  switch (keyword) {
    case 'minLength':
      return say('values.blank');
    case 'maxLength':
      return say('values.too-long', { most: String(params.limit) });
    case 'minimum':
      return say('values.at-least', { least: String(params.limit) });
    case 'maximum':
      return say('values.at-most', { most: String(params.limit) });
    case 'exclusiveMinimum':
      return say('values.more-than', { least: String(params.limit) });
    case 'uniqueItems':
      return say('values.twice');
    default:
      return `This ${message ?? 'is not valid'}.`;
  }
}
