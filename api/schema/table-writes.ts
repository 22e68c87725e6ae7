import type { Permission } from '../../shared/access/roles.ts';
import { deleteAction } from '../faces/table/rows.ts';
import type { Tabled } from '../faces/table/tabled.ts';
import type { Trouble } from './answers.ts';
import { exampleOf } from './examples.ts';
import { fieldSchema } from './field-schema.ts';
import { type JsonSchema, type Method, refTo } from './openapi.ts';
import { changeBody, createBody, rowAnswer, tableSchemaName } from './table-schemas.ts';
import { oneOf, type Wish } from './table-wish.ts';
import { article, inWords } from './words.ts';

/** What changes rows of a resource by its table face. */
export function writingWishes(tabled: Tabled): Wish[] {
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
    troubles: ['invalid', 'conflict'],
  },
];

/** What can be done to a row beside. */
export function actionWishes(tabled: Tabled): Wish[] {
  const one = inWords(tabled.resource.title[0]);
  const answer = [200, 'What came of it.', refTo('schemas', 'TableActed') as JsonSchema & { $ref: string }] as const;
  const declared = Object.entries(tabled.resource.actions ?? {}).map(([name, action]): Wish => {
    const input = Object.entries(action.input ?? {});
    return {
      method: 'post',
      permission: action.permission ?? 'change',
      action,
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
      troubles: ['invalid', 'conflict'],
    },
    ...declared,
  ];
}
