import type { Permission } from '../../shared/access/roles.ts';
import type { Spelled } from '../faces/rest/spelling.ts';
import type { Action } from '../resources/declaration.ts';
import type { Trouble } from './answers.ts';
import { changeExample, createExample, exampleOf } from './examples.ts';
import { describeField, fieldSchema } from './field-schema.ts';
import { type JsonSchema, type Method, type Parameter, type Reference, type Response, refTo } from './openapi.ts';
import { expandParameters, listParameters } from './parameters.ts';
import { schemaName } from './row-schemas.ts';
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
  /** Query that the sample shows. */
  readonly query?: string;
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
      query: '?limit=25',
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

/** A declared action of a row. */
export function actionWish(spelled: Spelled, name: string, action: Action): Wish {
  const { resource, spelling } = spelled;
  const input = Object.entries(action.input ?? {});
  const properties = Object.fromEntries(
    input.map(([key, field]) => {
      const description = describeField(field);
      return [key, { ...fieldSchema(field, 'pk', 'write'), ...(description && { description }) }];
    }),
  );
  return {
    method: 'post',
    permission: action.permission ?? 'change',
    id: name,
    summary: `${action.label}: ${inWords(resource.title[0])}`,
    parameters: [idParameter],
    ...(input.length > 0 && {
      body: {
        schema: { type: 'object', properties },
        example: Object.fromEntries(input.map(([key, field]) => [key, exampleOf(key, field, 'pk')])),
      },
    }),
    answer: [
      200,
      'What came of it, or the row as it now is.',
      { anyOf: [refTo('schemas', schemaName(spelling.path)), { type: 'object' }] },
    ],
    troubles: ['invalid', ...always, 'missing', 'conflict'],
  };
}
