import type { Spelled } from '../faces/rest/spelling.ts';
import { changeExample, createExample } from './examples.ts';
import { type JsonSchema, type Reference, refTo } from './openapi.ts';
import { expandParameters, listParameters, rowParameters } from './parameters.ts';
import { schemaName, viewSchema } from './row-schemas.ts';
import { always, idParameter, type Wish } from './wish.ts';
import { article, inWords } from './words.ts';

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
  const picked = [idParameter, ...rowParameters(spelled)];
  const parameters = [...picked, ...expandParameters(spelled)];
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
      troubles: [...(spelling.filtersRows ? (['invalid'] as const) : []), ...always, 'missing'],
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
      parameters: picked,
      answer: [204, 'Deleted.'],
      troubles: ['invalid', ...always, 'missing', 'conflict'],
    },
  ];
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
