import type { Spelled } from '../faces/rest/spelling.ts';
import { type JsonSchema, type Reference, refTo } from './openapi.ts';
import { schemaName } from './row-schemas.ts';
import { always, type Wish } from './wish.ts';
import { inWords } from './words.ts';

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
