import type { Permission } from '../../shared/access/roles.ts';
import { hasOptions } from '../faces/table/options.ts';
import type { Tabled } from '../faces/table/tabled.ts';
import type { JsonSchema, Method, Parameter } from './openapi.ts';
import { logAnswer, optionsAnswer, rowAnswer, tableAnswer, tableAsk, tableParameters } from './table-schemas.ts';
import { anything, oneOf, type Wish } from './table-wish.ts';
import { article, inWords } from './words.ts';

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
/** What can be read of a resource by its table face. */
export function readingWishes(tabled: Tabled): Wish[] {
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
      answer: [200, 'Newest first.', logAnswer],
    },
    ...(chosen.length > 0
      ? [
          {
            ...wish('get', 'view', '/field/{field}/options', 'options', 'What a field may be chosen from'),
            parameters: [oneOf(chosen), query('query', 'Words to search for.'), ...paging],
            answer: [200, 'Those that you may view.', optionsAnswer] as const,
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
