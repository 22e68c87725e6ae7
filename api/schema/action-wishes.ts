import type { Spelled } from '../faces/rest/spelling.ts';
import type { Action, ListAction } from '../resources/declaration.ts';
import { type Field, isRequired } from '../resources/fields.ts';
import { exampleOf } from './examples.ts';
import { describeField, fieldSchema } from './field-schema.ts';
import { type JsonSchema, type Reference, refTo } from './openapi.ts';
import { schemaName } from './row-schemas.ts';
import { always, idParameter, type Wish } from './wish.ts';
import { inWords } from './words.ts';

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
    action,
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
