import type { Permission } from '../../shared/access/roles.ts';
import type { Spelled } from '../faces/rest/spelling.ts';
import type { Action, ListAction } from '../resources/declaration.ts';
import { type Field, isRequired } from '../resources/fields.ts';
import type { Trouble } from './answers.ts';
import { changeExample, createExample, exampleOf } from './examples.ts';
import { describeField, fieldSchema } from './field-schema.ts';
import { type JsonSchema, type Method, type Parameter, type Reference, type Response, refTo } from './openapi.ts';
import { expandParameters, listParameters } from './parameters.ts';
import { schemaName, viewSchema } from './row-schemas.ts';
import { article, inWords } from './words.ts';

/** What of an operation differs from one to the next; the rest follows from its permission. */
export interface Wish {
  readonly method: Method;
  readonly permission: Permission;
  readonly id: string;
  readonly summary: string;
  readonly description?: string;
  readonly parameters?: readonly (Parameter | Reference)[];
  readonly body?: { schema: JsonSchema; example: unknown };
  readonly answer: readonly [status: number, description: string, schema?: JsonSchema];
  readonly headers?: Response['headers'];
  readonly troubles: readonly Trouble[];
}

const always: readonly Trouble[] = ['unauthenticated', 'forbidden'];
const idParameter = refTo('parameters', 'id');

/** What can be asked of a list. */
export function listWishes(spelled: Spelled): Wish[] {
  const { resource, spelling, idKey } = spelled;
  const [one, many] = resource.title;
  const row = refTo('schemas', schemaName(spelling.path)) as JsonSchema & Reference;
  const rows = { type: 'array', items: row };
  return [
    {
      method: 'get',
      permission: 'view',
      id: 'list',
      summary: `List ${inWords(many)}`,
      parameters: listParameters(spelled),
      answer: [
        200,
        'All of them; with `limit` or `cursor`, a page of them.',
        { oneOf: [rows, refTo('schemas', `${schemaName(spelling.path)}Page`)] },
      ],
      troubles: ['invalid', ...always],
    },
    {
      method: 'post',
      permission: 'add',
      id: 'create',
      summary: `Create ${article(one)} ${inWords(one)}`,
      parameters: expandParameters(spelled),
      body: {
        schema: refTo('schemas', `${schemaName(spelling.path)}Create`) as JsonSchema & Reference,
        example: createExample(spelled),
      },
      answer: [201, 'Created, as it now is.', spelling.createsList ? rows : row],
      ...(idKey === 'url' && {
        headers: { Location: { description: 'Where it is.', schema: { type: 'string', format: 'uri' } } },
      }),
      troubles: ['invalid', ...always, 'conflict'],
    },
  ];
}

/** What can be asked of a row. */
export function rowWishes(spelled: Spelled): Wish[] {
  const { resource, spelling } = spelled;
  const one = inWords(resource.title[0]);
  const a = article(resource.title[0]);
  const row = refTo('schemas', schemaName(spelling.path)) as JsonSchema & Reference;
  const parameters = [idParameter, ...expandParameters(spelled)];
  const body = (kind: 'Create' | 'Change', example: unknown) => ({
    schema: refTo('schemas', `${schemaName(spelling.path)}${kind}`) as JsonSchema & Reference,
    example,
  });
  const changing = ['invalid', ...always, 'missing', 'conflict'] as const;
  const changed = [200, 'As it now is.', row] as const;
  return [
    {
      method: 'get',
      permission: 'view',
      id: 'retrieve',
      summary: `Read ${a} ${one}`,
      parameters,
      answer: [200, 'As it is.', row],
      troubles: [...always, 'missing'],
    },
    {
      method: 'put',
      permission: 'change',
      id: 'update',
      summary: `Replace ${a} ${one}`,
      description: 'Takes every required field. What can’t be written is passed over, so an answer may be sent back.',
      parameters,
      body: body('Create', createExample(spelled)),
      answer: changed,
      troubles: changing,
    },
    {
      method: 'patch',
      permission: 'change',
      id: 'partial_update',
      summary: `Change ${a} ${one}`,
      description: 'Takes only what changes.',
      parameters,
      body: body('Change', changeExample(spelled)),
      answer: changed,
      troubles: changing,
    },
    {
      method: 'delete',
      permission: 'delete',
      id: 'destroy',
      summary: `Delete ${a} ${one}`,
      parameters: [idParameter],
      answer: [204, 'Deleted.'],
      troubles: [...always, 'missing', 'conflict'],
    },
  ];
}

const named = { type: 'array', items: { type: 'integer', minimum: 1 }, minItems: 1, description: 'Their numbers.' };
const found = { type: 'object', description: 'Filters of the list: only those that they let through.' };

/** What is done to several rows in one request. */
export function severalWishes({ resource, spelling }: Spelled): Wish[] {
  const many = inWords(resource.title[1]);
  const changed = refTo('schemas', `${schemaName(spelling.path)}Change`) as JsonSchema & Reference;
  const which = { type: 'object', properties: { items: named, filters: found } };
  const change = (method: 'put' | 'patch', id: string): Wish => ({
    method,
    permission: 'change',
    id,
    summary: `Change several ${many}`,
    description: 'All of them alike, or none: those that `items` names and `filters` lets through.',
    body: { schema: { allOf: [which, changed] }, example: { items: [1, 2] } },
    answer: [
      200,
      'How many were changed.',
      { type: 'object', properties: { success: { type: 'string', examples: ['Updated 2 items'] } } },
    ],
    troubles: ['invalid', ...always, 'conflict'],
  });
  const remove: Wish = {
    method: 'delete',
    permission: 'delete',
    id: 'bulk_destroy',
    summary: `Delete several ${many}`,
    description: 'All of them, or none: those that `items` names and `filters` lets through.',
    body: { schema: which, example: { items: [1, 2] } },
    answer: [204, 'Deleted.'],
    troubles: ['invalid', ...always, 'conflict'],
  };
  return (spelling.bulk ?? []).flatMap((kind) =>
    kind === 'change' ? [change('put', 'bulk_update'), change('patch', 'bulk_partial_update')] : [remove],
  );
}

/** A view of a row at a path of its own. */
export const viewWish = ({ resource, spelling }: Spelled, name: string): Wish => ({
  method: 'get',
  permission: 'view',
  id: `${name}_retrieve`,
  summary: `${spelling.views?.[name]?.label}: ${inWords(resource.title[0])}`,
  parameters: [idParameter],
  answer: [200, 'As it is.', viewSchema(resource, spelling, name)],
  troubles: [...always, 'missing'],
});

/** The schema and an example of what is given along. */
function inputOf(fields: Readonly<Record<string, Field>>) {
  const input = Object.entries(fields);
  const required = input.filter(([, field]) => isRequired(field)).map(([key]) => key);
  return {
    properties: Object.fromEntries(
      input.map(([key, field]) => {
        const description = describeField(field);
        return [key, { ...fieldSchema(field, 'pk', 'write'), ...(description && { description }) }];
      }),
    ),
    ...(required.length > 0 && { required }),
    example: Object.fromEntries(input.map(([key, field]) => [key, exampleOf(key, field, 'pk')])),
  };
}

/** What is done to the rows that a request names. */
export function listActionWish(
  { resource }: Spelled,
  name: string,
  { label, permission, input, items }: ListAction,
): Wish {
  const { example, properties, required = [] } = inputOf(input ?? {});
  const said = inputOf(items.said ?? {});
  const one =
    items.key === null
      ? { schema: { type: 'integer', minimum: 1 }, example: 1 }
      : {
          schema: {
            type: 'object',
            properties: { [items.key]: { type: 'integer', minimum: 1 }, ...said.properties },
            required: [items.key, ...(said.required ?? [])],
          },
          example: { [items.key]: 1, ...said.example },
        };
  const list = { type: 'array', items: one.schema, minItems: 1, description: 'All of them, or none.' };
  return {
    method: 'post',
    permission: permission ?? 'change',
    id: name,
    summary: `${label}: ${inWords(resource.title[1])}`,
    body: {
      schema: { type: 'object', properties: { items: list, ...properties }, required: ['items', ...required] },
      example: { items: [one.example], ...example },
    },
    answer: [201, 'What came of it.', { type: 'object' }],
    troubles: ['invalid', ...always, 'conflict'],
  };
}

/** What can be done to a row beside changing it. */
export function actionWish(spelled: Spelled, name: string, action: Action): Wish {
  const { resource, spelling } = spelled;
  const { example, ...input } = inputOf(action.input ?? {});
  const row = refTo('schemas', schemaName(spelling.path)) as JsonSchema & Reference;
  return {
    method: 'post',
    permission: action.permission ?? 'change',
    id: name,
    summary: `${action.label}: ${inWords(resource.title[0])}`,
    parameters: [idParameter],
    ...(Object.keys(example).length > 0 && { body: { schema: { type: 'object', ...input }, example } }),
    answer: action.makes
      ? [201, 'What was made.', { type: 'array', items: row }]
      : [
          action.answersCreated ? 201 : 200,
          'What came of it, or the row as it now is.',
          { anyOf: [row, { type: 'object' }] },
        ],
    troubles: ['invalid', ...always, 'missing', 'conflict'],
  };
}
