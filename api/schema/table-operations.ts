import type { Permission } from '../../shared/access/roles.ts';
import type { Config } from '../../shared/config.ts';
import { hasOptions } from '../faces/table/options.ts';
import { deleteAction } from '../faces/table/rows.ts';
import type { Tabled } from '../faces/table/tabled.ts';
import { operationsOf } from '../store/operation.ts';
import { type Trouble, troubles } from './answers.ts';
import { codeSamples } from './code-samples.ts';
import { exampleOf } from './examples.ts';
import { fieldSchema } from './field-schema.ts';
import { type JsonSchema, type Method, type OperationObject, type Parameter, type PathItem, refTo } from './openapi.ts';
import { securityOf } from './security.ts';
import {
  changeBody,
  createBody,
  listAnswer,
  rowAnswer,
  tableAnswer,
  tableAsk,
  tableParameters,
  tableSchemaName,
} from './table-schemas.ts';
import { article, inWords } from './words.ts';

/** What of an operation differs from one to the next; the rest follows from its permission. */
interface Wish {
  readonly method: Method;
  readonly permission: Permission;
  /** Below the resource's own. */
  readonly path: string;
  readonly id: string;
  readonly summary: string;
  readonly parameters?: readonly Parameter[];
  readonly body?: { readonly schema: JsonSchema; readonly example: unknown; readonly forms?: boolean };
  readonly answer: readonly [status: number, description: string, schema?: JsonSchema];
  readonly troubles: readonly Trouble[];
}

/** What the tag of a resource's table is called. */
export const tableTag = ({ resource }: Tabled): string => `${resource.title[1]} (table)`;

/** The paths of a resource's table face. */
export function tablePaths(
  tabled: Tabled,
  config: Pick<Config, 'publicUrl' | 'anonymousRead'>,
): Record<string, PathItem> {
  const operations = operationsOf(tabled.resource, config.anonymousRead);
  const paths: Record<string, PathItem> = {};
  for (const wish of [...readingWishes(tabled), ...writingWishes(tabled), ...actionWishes(tabled)]) {
    if (!tabled.offered.includes(wish.permission)) continue;
    const path = `${tabled.path}${wish.path}`;
    paths[path] = { ...paths[path], [wish.method]: operationOf(tabled, wish, path, operations, config.publicUrl) };
  }
  return paths;
}

function operationOf(
  tabled: Tabled,
  wish: Wish,
  path: string,
  operations: ReturnType<typeof operationsOf>,
  publicUrl: string,
): OperationObject {
  const security = securityOf(operations[wish.permission]);
  const [status, description, schema] = wish.answer;
  const { body, parameters = [] } = wish;
  const named = new Map(parameters.filter((one) => one.in === 'path').map((one) => [one.name, one.schema.enum]));
  const sample = path.replace('{id}', '1').replaceAll(/\{(\w+)\}/g, (_, name) => String([named.get(name)].flat()[0]));
  return {
    operationId: `resources_${tabled.name}_${wish.id}`,
    tags: [tableTag(tabled)],
    summary: wish.summary,
    parameters: [
      ...(path.includes('{id}') ? [refTo('parameters', 'id')] : []),
      ...parameters,
      ...(schema ? [refTo('parameters', 'prefer')] : []),
    ],
    ...(body && {
      requestBody: {
        required: true,
        content: Object.fromEntries(
          (body.forms ? bodyTypes : ['application/json']).map((type) => [
            type,
            { schema: body.schema, ...(type === 'application/json' && { example: body.example }) },
          ]),
        ),
      },
    }),
    responses: {
      [status]: { description, ...(schema && { content: { 'application/json': { schema } } }) },
      ...troubles(path, [
        'unauthenticated',
        'forbidden',
        ...(path.includes('{') ? ['missing' as const] : []),
        ...wish.troubles,
      ]),
    },
    ...(security && { security }),
    'x-codeSamples': codeSamples({
      method: wish.method,
      url: `${publicUrl}${sample}`,
      ...(body && { body: body.example }),
      ...(security && { security }),
      answers: schema !== undefined,
    }),
  };
}

const bodyTypes = ['application/json', 'application/x-www-form-urlencoded', 'multipart/form-data'];

const query = (name: string, description: string, schema: JsonSchema = { type: 'string' }): Parameter => ({
  name,
  in: 'query',
  description,
  schema,
});
const paging = [
  query('per_page', 'Rows of a page.', { type: 'integer', minimum: 1 }),
  query('page', 'Which page, from 1.', { type: 'integer', minimum: 1 }),
];
const oneOf = (names: readonly string[]): Parameter => ({
  name: 'field',
  in: 'path',
  required: true,
  description: 'Name of the field.',
  schema: { type: 'string', enum: names },
});

const anything: JsonSchema = { type: 'object' };

function readingWishes(tabled: Tabled): Wish[] {
  const { resource, name, columns } = tabled;
  const [one, many] = resource.title;
  const table = `/table/${name}`;
  const [searched] = [...columns.values()].filter(({ searchable, type }) => searchable && type === 'text');
  const asked = { ...(searched && { search_columns: { [searched.name]: 'a' } }), per_page: 25 };
  const chosen = [...tabled.fields.values()].filter(hasOptions).map((field) => field.name);
  const [related] = [...tabled.fields.values()].filter((field) => field.writable && hasOptions(field));
  const form = {
    schema: {
      type: 'object',
      properties: {
        initial_request: { type: 'boolean' },
        field: { type: 'string' },
        state: anything,
        action: { type: 'object', properties: { name: { const: 'reloadRelatedOptions' } }, required: ['name'] },
      },
    },
    example: related
      ? { initial_request: false, field: related.name, state: {}, action: { name: 'reloadRelatedOptions' } }
      : { state: {} },
  };
  const wish = (method: Method, permission: Permission, path: string, id: string, summary: string): Wish => ({
    method,
    permission,
    path,
    id,
    summary,
    answer: [200, 'The form; with `reloadRelatedOptions`, the options of one field.', anything],
    troubles: ['invalid'],
  });
  const page = [200, 'A page of rows, and what draws the table.', tableAnswer(tabled)] as const;
  return [
    {
      ...wish('get', 'view', table, 'table', `Table of ${inWords(many)}`),
      parameters: tableParameters(tabled),
      answer: page,
    },
    {
      ...wish('post', 'view', table, 'table_query', `Table of ${inWords(many)}, asked by a body`),
      body: { schema: { type: 'object', properties: tableAsk(tabled) }, example: asked },
      answer: page,
    },
    {
      ...wish('get', 'view', '/{id}', 'show', `Read ${article(one)} ${inWords(one)}`),
      answer: [200, 'As it is.', rowAnswer(tabled)],
      troubles: [],
    },
    {
      ...wish('get', 'view', '/logs/{id}', 'log', `What was done to ${article(one)} ${inWords(one)}`),
      parameters: paging,
      answer: [200, 'Newest first.', listAnswer('TableLogEntry')],
    },
    ...(chosen.length > 0
      ? [
          {
            ...wish('get', 'view', '/field/{field}/options', 'options', 'What a field may be chosen from'),
            parameters: [oneOf(chosen), query('query', 'Words to search for.'), ...paging],
            answer: [200, 'Those that you may view.', listAnswer('TableOptionItem')] as const,
          },
        ]
      : []),
    wish('get', 'add', '/create', 'form', `Form for a new ${inWords(one)}`),
    { ...wish('post', 'add', '/create', 'form_query', `Form for a new ${inWords(one)}, asked by a body`), body: form },
    wish('get', 'change', '/{id}/edit', 'edit', `Form for changing ${article(one)} ${inWords(one)}`),
    {
      ...wish(
        'post',
        'change',
        '/{id}/edit',
        'edit_query',
        `Form for changing ${article(one)} ${inWords(one)}, asked by a body`,
      ),
      body: form,
    },
  ];
}

function writingWishes(tabled: Tabled): Wish[] {
  const one = inWords(tabled.resource.title[0]);
  const a = article(tabled.resource.title[0]);
  const fields = [...tabled.fields.values()].filter(({ writable }) => writable);
  const inline = fields.filter(({ field }) => !field.inputOnly).map(({ name }) => name);
  if (fields.length === 0) return deletion(a, one);
  const input = refTo('schemas', `${tableSchemaName(tabled)}Input`) as JsonSchema & { $ref: string };
  const change = { schema: input, example: changeBody(tabled), forms: true };
  const changed = [200, 'As it now is.', rowAnswer(tabled)] as const;
  const failing: Trouble[] = ['invalid', 'conflict'];
  const wish = (method: Method, permission: Permission, path: string, id: string, summary: string) => ({
    method,
    permission,
    path,
    id,
    summary,
    troubles: failing,
  });
  return [
    {
      ...wish('post', 'add', '', 'create', `Create ${a} ${one}`),
      body: { schema: input, example: createBody(tabled), forms: true },
      answer: [201, 'Created, as it now is.', rowAnswer(tabled)],
    },
    { ...wish('put', 'change', '/{id}', 'update', `Change ${a} ${one}`), body: change, answer: changed },
    { ...wish('patch', 'change', '/{id}', 'partial_update', `Change ${a} ${one}`), body: change, answer: changed },
    {
      ...wish('post', 'change', '/{id}', 'form_update', `Change ${a} ${one} by a form: with \`_method=PUT\``),
      body: {
        schema: { allOf: [input, { type: 'object', properties: { _method: { enum: ['PUT', 'PATCH', 'DELETE'] } } }] },
        example: { _method: 'PUT', ...changeBody(tabled) },
        forms: true,
      },
      answer: changed,
    },
    {
      ...wish('put', 'change', '/{id}/inline/{field}', 'inline', `Change one field of ${a} ${one}`),
      parameters: [oneOf(inline)],
      body: { schema: input, example: inlineExample(tabled, inline[0] ?? ''), forms: true },
      answer: [200, 'The field as it now is.', rowAnswer(tabled)],
    },
    ...deletion(a, one),
  ];
}

const inlineExample = ({ fields }: Tabled, name: string) => {
  const found = fields.get(name);
  return found ? { [name]: exampleOf(name, found.field, 'ids') } : {};
};

const deletion = (a: string, one: string): Wish[] => [
  {
    method: 'delete',
    permission: 'delete',
    path: '/{id}',
    id: 'destroy',
    summary: `Delete ${a} ${one}`,
    answer: [204, 'Deleted.'],
    troubles: ['conflict'],
  },
];

function actionWishes(tabled: Tabled): Wish[] {
  const one = inWords(tabled.resource.title[0]);
  const answer = [
    200,
    'What came of it.',
    { type: 'object', properties: { message: { type: 'string' }, data: anything }, required: ['message'] },
  ] as const;
  const declared = Object.entries(tabled.resource.actions ?? {}).map(([name, action]): Wish => {
    const input = Object.entries(action.input ?? {});
    return {
      method: 'post',
      permission: action.permission ?? 'change',
      path: `/actions/${name}/{id}`,
      id: `action_${name}`,
      summary: `${action.label}: ${one}`,
      ...(input.length > 0 && {
        body: {
          schema: {
            type: 'object',
            properties: Object.fromEntries(input.map(([key, field]) => [key, fieldSchema(field, 'ids', 'write')])),
          },
          example: Object.fromEntries(input.map(([key, field]) => [key, exampleOf(key, field, 'ids')])),
        },
      }),
      answer,
      troubles: ['invalid', 'conflict'],
    };
  });
  return [
    {
      method: 'post',
      permission: 'delete',
      path: `/actions/${deleteAction}/{id}`,
      id: deleteAction,
      summary: `Delete: ${one}`,
      answer,
      troubles: ['conflict'],
    },
    ...declared,
  ];
}
