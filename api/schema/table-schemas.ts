import { perPage } from '../faces/table/parse-query.ts';
import type { Tabled, TableField } from '../faces/table/tabled.ts';
import { exampleOf } from './examples.ts';
import { describeField, fieldSchema } from './field-schema.ts';
import { type JsonSchema, type Parameter, refTo } from './openapi.ts';

const text = { type: 'string' };
const count = { type: 'integer', minimum: 0 };
const list = (items: JsonSchema = {}): JsonSchema => ({ type: 'array', items });
const ref = (name: string): JsonSchema => refTo('schemas', name) as JsonSchema & { $ref: string };

const listed = (item: string): JsonSchema => ({
  type: 'object',
  properties: { data: list(ref(item)), meta: ref('TableMeta'), links: ref('TableLinks') },
  required: ['data', 'meta'],
});

/** What all tables answer alike. */
export const tableSchemas: Readonly<Record<string, JsonSchema>> = {
  TableOption: {
    type: 'object',
    description: 'A row that a reference leads to, with what people call it.',
    properties: { value: { type: 'integer' }, label: text },
    required: ['value', 'label'],
  },
  TableFile: {
    type: 'object',
    description: 'A file that a form sent. The empty text takes it away.',
    properties: { name: text, url: { type: 'string', format: 'uri-reference' } },
    required: ['name', 'url'],
  },
  TableMeta: {
    type: 'object',
    properties: {
      current_page: count,
      from: { type: ['integer', 'null'] },
      last_page: count,
      per_page: count,
      to: { type: ['integer', 'null'] },
      total: count,
      total_is_estimate: { type: 'boolean', description: 'Very long lists are not counted to their end.' },
      path: { type: 'string', format: 'uri' },
    },
    required: ['current_page', 'last_page', 'per_page', 'total', 'path'],
  },
  TableLinks: {
    type: 'object',
    properties: Object.fromEntries(
      ['first', 'last', 'prev', 'next'].map((name) => [name, { type: ['string', 'null'] }]),
    ),
  },
  TableLogEntry: {
    type: 'object',
    properties: {
      id: { type: 'integer' },
      event: { ...text, description: '`created`, `updated`, `deleted`, or the name of an action.' },
      description: text,
      causer: {
        type: 'object',
        properties: { value: { type: ['integer', 'null'] }, label: text },
        required: ['value', 'label'],
      },
      subject: { type: 'object', properties: { type: text, id: { type: 'integer' } }, required: ['type', 'id'] },
      properties: {
        type: 'object',
        description: 'The values that changed, before (`old`) and after (`attributes`).',
        properties: { old: { type: 'object' }, attributes: { type: 'object' } },
        required: ['old', 'attributes'],
      },
      ip_address: { type: ['string', 'null'] },
      created_at: { type: 'string', format: 'date-time' },
    },
    required: ['id', 'event', 'causer', 'subject', 'properties', 'created_at'],
  },
  TableSearched: {
    description: 'A text, a number, true or false, a list of any of which will do, or `{from, to}`.',
    type: ['string', 'number', 'boolean', 'array', 'object', 'null'],
  },
  TableLog: listed('TableLogEntry'),
  TableOptions: listed('TableOptionItem'),
  TableActed: {
    type: 'object',
    properties: { message: text, data: { type: 'object' } },
    required: ['message'],
  },
  TableOptionItem: {
    description: 'A heading, or something to choose.',
    anyOf: [
      { type: 'object', properties: { group: text, disable: { const: true } }, required: ['group', 'disable'] },
      {
        type: 'object',
        properties: { label: text, description: text, value: { type: ['integer', 'string'] } },
        required: ['label', 'value'],
      },
    ],
  },
};

/** Lists in the common envelope, which are the same for all resources. */
export const logAnswer = ref('TableLog');
export const optionsAnswer = ref('TableOptions');

/** `part_categories` → `TablePartCategories`. */
export const tableSchemaName = ({ name }: Tabled): string =>
  `Table${name
    .split('_')
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('')}`;

/** A row as answered, and what a create takes. */
export function rowSchemasOf(tabled: Tabled): Record<string, JsonSchema> {
  const fields = [...tabled.fields.values()];
  const shown = fields.filter((field) => field.shown).map((field) => [field.name, shownSchema(field)]);
  const taken = fields.filter(({ writable }) => writable);
  return {
    [`${tableSchemaName(tabled)}Row`]: {
      type: 'object',
      description: 'With `Prefer: return=minimal` references are numbers alone.',
      properties: { id: { type: 'integer' }, ...Object.fromEntries(shown), actions: list(text) },
      required: ['id'],
    },
    ...(taken.length > 0 && {
      [`${tableSchemaName(tabled)}Input`]: {
        type: 'object',
        properties: Object.fromEntries(taken.map((field) => [field.name, inputSchema(field)])),
      },
    }),
    [`${tableSchemaName(tabled)}Search`]: searchSchema(tabled),
    [`${tableSchemaName(tabled)}Page`]: pageSchema(tabled),
    [`${tableSchemaName(tabled)}Detail`]: detailSchema(tabled),
  };
}

function shownSchema({ field }: TableField): JsonSchema {
  const schema = fieldSchema(field, 'ids', 'read');
  const description = describeField(field);
  const labelled =
    field.kind === 'many' ? list({ anyOf: [ref('TableOption'), { type: 'integer' }] }) : ref('TableOption');
  const either = field.target || field.file ? { anyOf: [field.file ? ref('TableFile') : labelled, schema] } : schema;
  return { ...either, ...(description && { description }) };
}

function inputSchema({ field }: TableField): JsonSchema {
  const description = describeField(field);
  return { ...fieldSchema(field, 'ids', 'write'), ...(description && { description }) };
}

/** A body that creates a row. */
export const createBody = ({ fields }: Tabled): Record<string, unknown> =>
  Object.fromEntries(
    [...fields.values()]
      .filter(({ required, writable, field }) => required || (writable && field.example !== undefined))
      .map(({ name, field }) => [name, exampleOf(name, field, 'ids')]),
  );

/** A body that changes one thing of a row. */
export function changeBody({ fields }: Tabled): Record<string, unknown> {
  const writable = [...fields.values()].filter(
    (one) => one.writable && !one.field.inputOnly && !one.field.superuserOnly,
  );
  const one =
    writable.find(({ name }) => /^(status|comment|comments|details|description|notes)$/.test(name)) ?? writable[0];
  return one ? { [one.name]: exampleOf(one.name, one.field, 'ids') } : {};
}

/** What narrows, orders and pages a table, as properties of a body. */
export function tableAsk(tabled: Tabled): Record<string, JsonSchema> {
  const { columns, resource } = tabled;
  const all = [...columns.values()];
  const tabs = Object.keys(resource.tabs ?? {});
  return {
    ...(tabs.length > 0 && { tab: { type: 'string', description: `By name or label: ${tabs.join(', ')}.` } }),
    search_columns: ref(`${tableSchemaName(tabled)}Search`),
    sort_column: { type: 'string', enum: all.filter((one) => one.sortable).map(({ name }) => name) },
    sort_direction: { type: 'string', enum: ['ascending', 'descending'], default: 'ascending' },
    per_page: { type: 'integer', minimum: 1, maximum: perPage.most, default: perPage.usual },
    page: { type: 'integer', minimum: 1, default: 1 },
  };
}

const searchSchema = ({ columns }: Tabled): JsonSchema => ({
  type: 'object',
  description: 'Column to what is searched in it.',
  properties: Object.fromEntries(
    [...columns.values()].filter((one) => one.searchable).map(({ name }) => [name, ref('TableSearched')]),
  ),
});

/** The same as parameters of a query. */
export const tableParameters = (tabled: Tabled): Parameter[] =>
  Object.entries(tableAsk(tabled)).map(([name, { description, ...schema }]) => ({
    name,
    in: 'query',
    ...(typeof description === 'string' && { description }),
    schema,
    ...(name === 'search_columns' && { style: 'deepObject', explode: true }),
  }));

/** What a table answers. */
export const tableAnswer = (tabled: Tabled): JsonSchema => ref(`${tableSchemaName(tabled)}Page`);

/** What a row's page, or a row just written, answers. */
export const rowAnswer = (tabled: Tabled): JsonSchema => ref(`${tableSchemaName(tabled)}Detail`);

const pageSchema = (tabled: Tabled): JsonSchema => ({
  type: 'object',
  properties: {
    data: list(ref(`${tableSchemaName(tabled)}Row`)),
    columns: list({ type: 'object' }),
    tabs: list({ type: 'object' }),
    actions: list({ type: 'object' }),
    state: { type: 'object' },
    permissions: { type: 'object' },
    resource: text,
    table: text,
    meta: ref('TableMeta'),
    links: ref('TableLinks'),
  },
  required: ['data', 'meta'],
});

const detailSchema = (tabled: Tabled): JsonSchema => ({
  type: 'object',
  properties: {
    data: ref(`${tableSchemaName(tabled)}Row`),
    fields: list({ type: 'object' }),
    actions: list({ type: 'object' }),
    permissions: { type: 'object' },
  },
  required: ['data'],
});
