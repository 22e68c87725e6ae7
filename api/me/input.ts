import { Ajv, type ErrorObject, type Options, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';
import type { Context } from 'koa';
import type { Static, TObject } from 'typebox';
import { Invalid, rowRule } from '../store/refusals.ts';

// Unknown names are dropped: clients send back whatever they received.
const options: Options = { allErrors: true, strict: false, removeAdditional: 'all', useDefaults: true };
const addFormats = formats.default;
/** JSON says what is a number and what is text; forms and queries are all text. */
const json = new Ajv(options);
const texts = new Ajv({ ...options, coerceTypes: true });
for (const ajv of [json, texts]) addFormats(ajv, ['date', 'date-time', 'email']);

/**
 * The query, checked. The last of several values counts; booleans come as `True`, `true` or `1`; a number left empty
 * counts as not given. @throws Invalid
 */
export function queryOf<Schema extends TObject>(ctx: Context, schema: Schema): Static<Schema> {
  const read = Object.entries(ctx.query).flatMap(([name, values]) => {
    const value = Array.isArray(values) ? values.at(-1) : values;
    const type = (schema.properties[name] as { type?: unknown } | undefined)?.type;
    if (type === 'integer' && value === '') return [];
    return [[name, type === 'boolean' ? (booleanWords.get(value?.toLowerCase() ?? '') ?? value) : value]];
  });
  return check(texts, schema, Object.fromEntries(read));
}

/** The body, checked; none at all is an empty one. @throws Invalid */
export function bodyOf<Schema extends TObject>(ctx: Context, schema: Schema): Static<Schema> {
  const body: unknown = (ctx.request as { body?: unknown }).body ?? {};
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new Invalid({ [rowRule]: ['The body must be an object.'] });
  }
  return check(ctx.is('json') ? json : texts, schema, { ...body });
}

const booleanWords: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
]);

function check<Schema extends TObject>(ajv: Ajv, schema: Schema, given: object): Static<Schema> {
  const validate: ValidateFunction = ajv.compile(schema);
  const fields: Record<string, string[]> = {};
  for (const [name, value] of Object.entries(given)) {
    // PostgreSQL's text can't hold it.
    if (typeof value === 'string' && value.includes('\0')) fields[name] = ['This may not contain null characters.'];
  }
  if (validate(given) && Object.keys(fields).length === 0) return given as Static<Schema>;
  for (const error of validate.errors ?? []) {
    const name = nameOf(error);
    fields[name] ??= [];
    const sentences = fields[name];
    const sentence = sentenceOf(error);
    // A value that may be null has two schemas; the complaint about the one that isn't meant says nothing.
    if (sentence && !sentences.includes(sentence)) sentences.push(sentence);
  }
  for (const sentences of Object.values(fields)) if (sentences.length === 0) sentences.push('This value is not valid.');
  throw new Invalid(fields);
}

function nameOf({ keyword, params, instancePath }: ErrorObject): string {
  if (keyword === 'required') return String(params.missingProperty);
  return instancePath.split('/')[1] ?? rowRule;
}

const formatSentences: Readonly<Record<string, string>> = {
  date: 'This must be a date, YYYY-MM-DD.',
  'date-time': 'This must be a moment in ISO 8601, with its zone.',
  email: 'This must be an e-mail address.',
};

const aOr = (types: string): string => `${/^[aio]/.test(types) ? 'an' : 'a'} ${types}`;

function sentenceOf({ keyword, params, message }: ErrorObject): string | null {
  switch (keyword) {
    case 'required':
      return 'This field is required.';
    case 'type':
      return params.type === 'null' ? null : `This must be ${aOr([params.type].flat().join(' or '))}.`;
    case 'anyOf':
    case 'const':
      return null;
    case 'minLength':
      return 'This may not be blank.';
    case 'maxLength':
      return `This may have at most ${params.limit} characters.`;
    case 'minimum':
      return `This must be ${params.limit} or more.`;
    case 'maximum':
      return `This must be ${params.limit} or less.`;
    case 'format':
      return formatSentences[params.format] ?? 'This value is not valid.';
    case 'enum':
      return `This must be one of: ${params.allowedValues.join(', ')}.`;
    default:
      return `This ${message ?? 'is not valid'}.`;
  }
}
