import { type Key, type Spelled, spell } from '../faces/rest/spelling.ts';
import type { Expansion, Resource, RestSpelling } from '../resources/declaration.ts';
import { resources } from '../resources/index.ts';
import { exactUpTo } from '../store/count.ts';
import { fieldAt } from '../store/statement.ts';
import { changeExample, createExample } from './examples.ts';
import { describeField, fieldSchema } from './field-schema.ts';
import { type JsonSchema, refTo } from './openapi.ts';

/** `inventory/hostbyid` → `InventoryHostbyid`: what its schemas are called, and generated clients their types. */
export const schemaName = (path: string): string =>
  path
    .split(/[/_-]/)
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('');

/** The schemas of a spelling, by component name: a row as shown, as created, as changed, and a page of rows. */
export function rowSchemas(spelled: Spelled): Record<string, JsonSchema> {
  const name = schemaName(spelled.spelling.path);
  const writable = spelled.keys.some((key) => key.writable);
  return {
    [name]: shownSchema(spelled),
    [`${name}Page`]: pageSchema(name),
    ...(writable && {
      [`${name}Create`]: { ...writeSchema(spelled, true), examples: [createExample(spelled)] },
      [`${name}Change`]: { ...writeSchema(spelled, false), examples: [changeExample(spelled)] },
    }),
  };
}

function shownSchema(spelled: Spelled): JsonSchema {
  const { resource, spelling } = spelled;
  const expansions = Object.entries(spelling.expand ?? {}).map(([parameter, expansion]) => [
    expansion.as ?? parameter,
    { ...expansionSchema(resource, spelling.style, expansion), description: whenShown(parameter, expansion) },
  ]);
  const always = shownProperties(spelled);
  return {
    type: 'object',
    ...(resource.description && { description: resource.description }),
    properties: { ...always, ...Object.fromEntries(expansions) },
    required: Object.keys(always),
  };
}

const whenShown = (parameter: string, { default: shown = false }: Expansion): string =>
  `${shown ? `Left out with \`${parameter}=false\`.` : `Shown with \`${parameter}=true\`.`} Null where you may not view it.`;

function shownProperties({ idKey, keys, spelling }: Pick<Spelled, 'idKey' | 'keys' | 'spelling'>) {
  const id = idKey === 'url' ? { type: 'string', format: 'uri' } : { type: 'integer' };
  const shown = keys.filter(({ field }) => !field.writeOnly && !field.inputOnly);
  return {
    [idKey]: { ...id, readOnly: true },
    ...Object.fromEntries(
      shown.map(({ key, field, writable }) => [
        key,
        withWords({ ...fieldSchema(field, spelling.style, 'read'), ...(!writable && { readOnly: true }) }, field),
      ]),
    ),
  };
}

function withWords(schema: JsonSchema, field: Key['field']): JsonSchema {
  const description = describeField(field);
  return description ? { ...schema, description } : schema;
}

/** What a view of a row shows. */
export function viewSchema(resource: Resource, { style, views }: RestSpelling, name: string): JsonSchema {
  const shown = Object.entries(views?.[name]?.keys ?? {}).flatMap(([key, path]) => {
    const field = fieldAt(resource, path);
    return field ? [[key, withWords(fieldSchema(field, style, 'read'), field)] as const] : [];
  });
  return { type: 'object', properties: Object.fromEntries(shown), required: shown.map(([key]) => key) };
}

function expansionSchema(from: Resource, style: Spelled['spelling']['style'], expansion: Expansion): JsonSchema {
  if ('field' in expansion) {
    const field = fieldAt(from, expansion.field);
    return field
      ? fieldSchema(expansion.field.includes('.') ? { ...field, nullable: true } : field, style, 'read')
      : {};
  }
  for (const resource of resources) {
    const spelling = resource.rest.find((one) => one.path === expansion.spelling);
    if (!spelling) continue;
    if (!expansion.keys) return { anyOf: [refTo('schemas', schemaName(spelling.path)), { type: 'null' }] };
    const properties = shownProperties(spell(resource, { ...spelling, keys: expansion.keys }, ''));
    return { type: ['object', 'null'], properties, required: Object.keys(properties) };
  }
  throw new Error(`No resource is spelled at ${expansion.spelling}`);
}

/** What a create takes when `whole`, else what a change does. */
function writeSchema({ keys, spelling }: Spelled, whole: boolean): JsonSchema {
  const writable = keys.filter((key) => key.writable && (whole || !key.field.inputOnly));
  const properties = writable.map(({ key, field }) => {
    const schema = withWords(fieldSchema(field, spelling.style, 'write'), field);
    const standard = standardOf(field);
    return [
      key,
      {
        ...schema,
        ...(whole && standard !== undefined && { default: standard }),
        ...((field.writeOnly || field.inputOnly) && { writeOnly: true }),
      },
    ];
  });
  const required = writable.filter((key) => key.required).map(({ key }) => key);
  return {
    type: 'object',
    properties: Object.fromEntries(properties),
    ...(whole && required.length > 0 && { required }),
  };
}

function standardOf(field: Key['field']): unknown {
  if (field.kind === 'decimal' && field.as === 'number' && field.default !== undefined) return Number(field.default);
  return field.default ?? (field.blank && !field.nullable ? '' : undefined);
}

function pageSchema(name: string): JsonSchema {
  const link = (description: string) => ({ type: ['string', 'null'], format: 'uri', description });
  return {
    type: 'object',
    properties: {
      count: { type: 'integer', description: 'How many rows there are in all; absent with `cursor`.' },
      count_is_estimate: {
        type: 'boolean',
        description: `True beyond ${exactUpTo} rows, where the count is an estimate; absent otherwise.`,
      },
      next: link('The page after this one.'),
      previous: link('The page before this one; always null with `cursor`.'),
      results: { type: 'array', items: refTo('schemas', name) },
    },
    required: ['next', 'previous', 'results'],
  };
}
